import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsObject,
  IsString,
  Length,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { platformNames } from '../../channels/index.js';
import { IsTime, MayBeAbsent } from '../../validation/index.js';
import { accountIdPattern, accountIdRule } from '../../paging/index.js';
import { AgentSettingsPatchDto } from './agent-settings.dto.js';

export class UserConfigDto {
  @ApiProperty({ maxLength: 100, example: 'Shop' })
  @IsDefined()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  config_name!: string;

  @ApiProperty({
    description: 'One of the user’s own accounts: its _id or its Instagram id.',
    example: '665f1c2e9b1d8a0012345678',
  })
  @Matches(accountIdPattern, accountIdRule)
  account_id!: string;

  @ApiPropertyOptional({ default: true, example: true })
  @MayBeAbsent()
  @IsBoolean()
  is_active?: boolean;

  @ApiPropertyOptional({ default: false, example: false })
  @MayBeAbsent()
  @IsBoolean()
  is_deleted?: boolean;

  @ApiPropertyOptional({ type: AgentSettingsPatchDto, description: 'Left out: stays as it is.' })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => AgentSettingsPatchDto)
  agent?: AgentSettingsPatchDto;
}

/** Takes whatever `GET /user-settings` answers, too. */
export class PutUserSettingsDto {
  @ApiPropertyOptional({ example: 'user-42', description: 'Whose; somebody else’s is for admins.' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  user_id?: string;

  @ApiPropertyOptional({ enum: [platformNames[0]], example: platformNames[0] })
  @MayBeAbsent()
  @IsIn(platformNames.slice(0, 1))
  platform?: string;

  @ApiPropertyOptional({ example: false, description: 'True: no agent of this user answers. Left out: false.' })
  @MayBeAbsent()
  @IsBoolean()
  is_deleted?: boolean;

  @ApiPropertyOptional({ example: true, description: 'Off: no agent of this user answers.' })
  @MayBeAbsent()
  @IsBoolean()
  is_active?: boolean;

  @ApiPropertyOptional({ type: [UserConfigDto], maxItems: 200, description: 'Replaces the configs; left out: stays.' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => UserConfigDto)
  configs?: UserConfigDto[];

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'As answered; changes nothing.' })
  @MayBeAbsent()
  @IsTime()
  created_at?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'As answered; changes nothing.' })
  @MayBeAbsent()
  @IsTime()
  updated_at?: string;
}

export class UserConfigView {
  @ApiProperty({ example: 'Shop' }) config_name!: string;
  @ApiProperty({ example: '665f1c2e9b1d8a0012345678' }) account_id!: string;
  @ApiProperty({ example: true }) is_active!: boolean;
  @ApiProperty({ example: false }) is_deleted!: boolean;
  @ApiProperty({ type: AgentSettingsPatchDto, description: 'What was set; the rest follows the defaults.' })
  agent!: AgentSettingsPatchDto;
}

export class UserSettingsView {
  @ApiProperty({ example: 'user-42' }) user_id!: string;
  @ApiProperty({ enum: [platformNames[0]], example: platformNames[0] }) platform!: string;
  @ApiProperty({ example: true }) is_active!: boolean;
  @ApiProperty({ example: false }) is_deleted!: boolean;
  @ApiProperty({ type: [UserConfigView] }) configs!: UserConfigView[];
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' }) created_at!: Date;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' }) updated_at!: Date;
}

export class UserSettingsResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: UserSettingsView }) data!: UserSettingsView;
}
