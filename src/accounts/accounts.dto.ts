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
import { connectFields, loginNames, platformNames, platformsWithLogins } from '../channels/index.js';
import { LimitQuery, Skip } from '../paging/index.js';
import { MayBeAbsent } from '../validation/index.js';
import { AgentSettingsPatchDto } from './settings/agent-settings.dto.js';
import type { AccountLogin, AccountStatus } from './account.schema.js';

const statuses = ['active', 'needs_reauth', 'disabled'] as const;
const platformOf = ({ platform = platformNames[0] }: { platform?: string }) => platform;
const needsLogin = (body: { platform?: string }) => platformsWithLogins.includes(platformOf(body) ?? '');
const loginsMatter = platformsWithLogins.map((platform) => `\`${platform}\``).join(', ');
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
    enum: platformNames,
    default: platformNames[0],
    description:
      'Which channel: `meta_messenger` takes a Page’s token, `meta_whatsapp` a system user’s or business token.',
  })
  @MayBeAbsent()
  @Matches(/^[a-z_]{1,40}$/, { message: `platform must be one of ${platformNames.join(', ')}` })
  platform?: string;

  @ApiPropertyOptional({ enum: loginNames, example: loginNames[0], description: `Required for ${loginsMatter}.` })
  @ValidateIf((body: ConnectAccountDto) => needsLogin(body) || body.login !== undefined)
  @IsIn(loginNames)
  login?: AccountLogin;

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

// The fields of the channels, each declared by its folder.
for (const { platform, name, pattern, message, description, example, isRequired } of connectFields) {
  const isWanted = (body: ConnectAccountDto, value: unknown) =>
    value !== undefined || (isRequired && platformOf(body) === platform);
  const decorators = [
    ApiPropertyOptional({ type: String, description, example }),
    ValidateIf(isWanted),
    Matches(pattern, { message }),
  ];
  for (const decorate of decorators) decorate(ConnectAccountDto.prototype, name);
}

/** What the body says in the channels' own fields. */
export function connectDetailsOf(body: ConnectAccountDto): Record<string, string | undefined> {
  const given = body as unknown as Record<string, string | undefined>;
  return Object.fromEntries(connectFields.map(({ name }) => [name, given[name]]));
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
