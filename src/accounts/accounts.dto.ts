import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { LimitQuery, Skip } from '../paging/index.js';
import { MayBeAbsent } from '../validation/index.js';
import { AgentSettingsPatchDto } from './settings/agent-settings.dto.js';
import type { AccountLogin, AccountStatus } from './account.schema.js';

const logins = ['instagram', 'facebook'] as const;
const platforms = ['meta_instagram', 'meta_messenger', 'meta_whatsapp'] as const;
/** Connected by naming the number, and by the one login there is. */
const byNumber: ReadonlySet<string> = new Set(['meta_whatsapp']);
const isByNumber = ({ platform = '' }: { platform?: string }): boolean => byNumber.has(platform);
const statuses = ['active', 'needs_reauth', 'disabled'] as const;
const userId = {
  maxLength: 200,
  description: 'For the role admin: the tenant it is for. Left out: the caller.',
  example: 'user-42',
};

export class ConnectAccountDto {
  @ApiProperty({
    maxLength: 4_096,
    description:
      'Instagram Login: the account’s own token (`IGAA…`). Facebook Login: a user token with its Pages (`EAA…`).',
    example: 'IGAA-a-token-from-the-sandbox-or-from-Meta',
  })
  @IsString()
  @MinLength(8)
  @Matches(/^[\x21-\x7e]{1,4096}$/, {
    message: 'access_token must be a token of at most 4096 characters without spaces',
  })
  access_token!: string;

  @ApiPropertyOptional({
    enum: platforms,
    default: 'meta_instagram',
    description:
      'Which channel: `meta_messenger` takes a Page’s token, `meta_whatsapp` a system user’s or business token.',
  })
  @MayBeAbsent()
  @IsIn(platforms)
  platform?: (typeof platforms)[number];

  @ApiPropertyOptional({ enum: logins, example: 'instagram', description: 'Required but for `meta_whatsapp`.' })
  @ValidateIf((body: ConnectAccountDto) => !isByNumber(body) || body.login !== undefined)
  @IsIn(logins)
  login?: AccountLogin;

  @ApiPropertyOptional({ description: 'WhatsApp: id of the business account.', example: '104500000000001' })
  @ValidateIf((body: ConnectAccountDto) => isByNumber(body) || body.waba_id !== undefined)
  @Matches(/^\d{5,30}$/, { message: 'waba_id must be the digits of a WhatsApp business account' })
  waba_id?: string;

  @ApiPropertyOptional({ description: 'WhatsApp: id of the number, not the number.', example: '105600000000002' })
  @ValidateIf((body: ConnectAccountDto) => isByNumber(body) || body.phone_number_id !== undefined)
  @Matches(/^\d{5,30}$/, { message: 'phone_number_id must be the digits of a number’s id' })
  phone_number_id?: string;

  @ApiPropertyOptional({ description: 'WhatsApp: the PIN to register the number with.', example: '123456' })
  @MayBeAbsent()
  @Matches(/^\d{6}$/, { message: 'pin must be six digits' })
  pin?: string;

  @ApiPropertyOptional(userId)
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  user_id?: string;

  @ApiPropertyOptional({ type: AgentSettingsPatchDto, description: 'Left out: the agent stays off.' })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => AgentSettingsPatchDto)
  agent?: AgentSettingsPatchDto;
}

export class UpdateAccountDto {
  @ApiPropertyOptional({ maxLength: 100, description: 'The dashboard’s own name for it.', example: 'Main shop' })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  label?: string;

  @ApiPropertyOptional({ enum: ['active', 'disabled'], description: '`disabled`: received, but nothing is sent.' })
  @MayBeAbsent()
  @IsIn(['active', 'disabled'])
  status?: 'active' | 'disabled';

  @ApiPropertyOptional({ example: true, description: 'The AI agent on or off.' })
  @MayBeAbsent()
  @IsBoolean()
  agent_enabled?: boolean;

  @ApiPropertyOptional({
    enum: [false],
    example: false,
    description: 'Ends a pause of sends early (`sends_paused_until`); what waits goes out within two minutes.',
  })
  @MayBeAbsent()
  @IsIn([false])
  sends_paused?: false;

  @ApiPropertyOptional({ example: false, description: 'Copy media before Meta’s links expire.' })
  @MayBeAbsent()
  @IsBoolean()
  keep_media?: boolean;

  @ApiPropertyOptional({ example: false, description: 'Meta granted this account the human agent permission.' })
  @MayBeAbsent()
  @IsBoolean()
  human_agent_allowed?: boolean;
}

export class ListAccountsQuery extends LimitQuery {
  @ApiPropertyOptional({ enum: statuses })
  @MayBeAbsent()
  @IsIn(statuses)
  status?: AccountStatus;

  @ApiPropertyOptional({ ...userId, description: 'This tenant’s alone; for the role admin, who otherwise sees all.' })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  user_id?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], default: 'false', description: 'Disconnected ones too.' })
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  disconnected?: 'true' | 'false';

  @Skip(100_000)
  skip: number = 0;
}

export class DisconnectQuery {
  @ApiPropertyOptional({
    enum: ['keep', 'erase'],
    default: 'keep',
    description: '`erase`: everything about the account goes for good, its record too. Runs by itself; see `erasure`.',
  })
  @MayBeAbsent()
  @IsIn(['keep', 'erase'])
  history?: 'keep' | 'erase';
}

export class AccountIdParam {
  @ApiProperty({
    description: 'Our id, or either id of the Instagram account (professional or app-scoped).',
    example: '665f1c2e9b1d8a0012345678',
  })
  @Matches(/^([0-9a-fA-F]{24}|\d{5,30})$/, { message: 'id must be an account id' })
  id!: string;
}
