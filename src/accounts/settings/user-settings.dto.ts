import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsMongoId,
  IsObject,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { MayBeAbsent } from '../../errors/index.js';
import { AgentSettingsPatchDto } from './agent-settings.dto.js';

export class UserConfigDto {
  @ApiProperty({ maxLength: 100, example: 'Shop' })
  @IsDefined()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  config_name!: string;

  @ApiProperty({ description: 'One of the caller’s own accounts.', example: '665f1c2e9b1d8a0012345678' })
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
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

export class PutUserSettingsDto {
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
}

export class UserConfigResponse {
  @ApiProperty({ example: 'Shop' }) config_name!: string;
  @ApiProperty({ example: '665f1c2e9b1d8a0012345678' }) account_id!: string;
  @ApiProperty({ example: true }) is_active!: boolean;
  @ApiProperty({ example: false }) is_deleted!: boolean;
  @ApiProperty({ type: AgentSettingsPatchDto, description: 'What was set; the rest follows the defaults.' })
  agent!: AgentSettingsPatchDto;
}

export class UserSettingsResponse {
  @ApiProperty({ example: 'user-42' }) user_id!: string;
  @ApiProperty({ enum: ['meta_instagram'], example: 'meta_instagram' }) platform!: string;
  @ApiProperty({ example: true }) is_active!: boolean;
  @ApiProperty({ example: false }) is_deleted!: boolean;
  @ApiProperty({ type: [UserConfigResponse] }) configs!: UserConfigResponse[];
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' }) created_at!: Date;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' }) updated_at!: Date;
}

export class UserSettingsAnswer {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: UserSettingsResponse }) data!: UserSettingsResponse;
}
