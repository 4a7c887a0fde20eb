import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { loginNames, platformNames } from '../channels/index.js';
import type { AccountLogin, AccountStatus } from './account.schema.js';
import { ErasureView } from './privacy/privacy.dto.js';

const time = { type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' } as const;

export class InstagramDataView {
  @ApiProperty({ description: 'Professional id: webhooks carry it.', example: '17841400008460056' }) ig_id!: string;
  @ApiPropertyOptional({ description: 'App-scoped id (Instagram Login).', example: '28015783988105112' }) id?: string;
  @ApiProperty({ example: 'juniperandpine' }) username!: string;
  @ApiPropertyOptional({ example: 'Juniper & Pine' }) name?: string;
  @ApiPropertyOptional({ example: 'BUSINESS' }) account_type?: string;
  @ApiPropertyOptional({ example: 'https://scontent.cdninstagram.com/v/picture.jpg' }) profile_picture_url?: string;
}

export class MetaView {
  @ApiProperty({ description: 'The Page, or the app-scoped user.', example: '28015783988105112' }) id!: string;
  @ApiPropertyOptional({ example: 'Juniper & Pine' }) name?: string;
  @ApiPropertyOptional({ example: 'juniperandpine' }) username?: string;
}

export class SubscriptionView {
  @ApiProperty({ enum: ['unknown', 'subscribed', 'partial', 'missing', 'failed'], example: 'subscribed' })
  state!: string;
  @ApiProperty({ type: [String], example: ['messages', 'messaging_postbacks'] }) fields!: string[];
  @ApiProperty({ type: [String], description: 'What Meta would not take.', example: [] }) refused_fields!: string[];
  @ApiPropertyOptional(time) checked_at?: Date;
  @ApiPropertyOptional({ example: 'Application request limit reached' }) error?: string;
}

export class TokenView {
  @ApiPropertyOptional(time) obtained_at?: Date;
  @ApiPropertyOptional(time) expires_at?: Date;
  @ApiPropertyOptional({ ...time, description: 'When it is refreshed next.' }) refresh_due_at?: Date;
  @ApiPropertyOptional(time) refreshed_at?: Date;
  @ApiProperty({ type: 'integer', example: 0, description: 'Failed tries to refresh in a row.' })
  refresh_failures!: number;
  @ApiPropertyOptional(time) failing_since?: Date;
  @ApiPropertyOptional({ example: 'Please retry your request later' }) refresh_error?: string;
}

export class AccountErrorView {
  @ApiProperty(time) at!: Date;
  @ApiProperty({ example: 'send' }) during!: string;
  @ApiProperty({ example: 'This message is sent outside of allowed window.' }) message!: string;
  @ApiPropertyOptional({ example: 10 }) code?: number;
  @ApiPropertyOptional({ example: 2534022 }) subcode?: number;
  @ApiPropertyOptional({ example: 'A1b2C3d4E5' }) fbtrace_id?: string;
}

export class AccountUsageView {
  @ApiProperty(time) at!: Date;
  @ApiProperty({ example: 28, description: 'Highest of Meta’s percentages.' }) percent!: number;
  @ApiPropertyOptional(time) regain_access_at?: Date;
}

export class AlertView {
  @ApiProperty({ example: 'token_expiring' }) kind!: string;
  @ApiProperty({ example: 'The token of @juniperandpine ends in 9 days and keeps failing to refresh.' }) text!: string;
  @ApiProperty(time) raised_at!: Date;
}

export class BackfillView {
  @ApiProperty({ enum: ['queued', 'running', 'done', 'failed'], example: 'done' }) state!: string;
  @ApiProperty({ type: 'integer', example: 12 }) conversations_done!: number;
  @ApiPropertyOptional({ type: 'integer', example: 12 }) conversations_total?: number;
  @ApiPropertyOptional({ type: 'integer', description: 'Left out because Meta did not show them.', example: 1 })
  conversations_skipped?: number;
  @ApiProperty({ type: 'integer', example: 180 }) messages_stored!: number;
  @ApiPropertyOptional(time) started_at?: Date;
  @ApiPropertyOptional(time) finished_at?: Date;
  @ApiPropertyOptional({ example: 'Meta did not answer' }) error?: string;
}

/** A connected account as dashboards see it: everything but its tokens. */
export class AccountView {
  @ApiProperty({ description: '`platform_account_id` of its DMs.', example: '665f1c2e9b1d8a0012345678' }) _id!: string;
  @ApiProperty({ example: 'user-42' }) user_id!: string;
  @ApiProperty({ enum: platformNames, example: platformNames[0] }) platform!: string;
  @ApiProperty({ enum: loginNames, example: loginNames[0] }) login!: AccountLogin;
  @ApiProperty({ enum: ['active', 'needs_reauth', 'disabled'], example: 'active' }) status!: AccountStatus;
  @ApiPropertyOptional({ example: 'Error validating access token: Session has expired' }) status_reason?: string;
  @ApiProperty(time) status_changed_at!: Date;
  @ApiProperty({ example: true, description: 'False once it was disconnected; its history stays.' })
  connected!: boolean;
  @ApiPropertyOptional({ example: 'Main shop' }) label?: string;
  @ApiProperty({ description: 'The account’s id at its channel: webhooks carry it.', example: '17841400008460056' })
  external_id!: string;

  @ApiProperty({ description: 'What people know the account by, on its channel.', example: 'the.shop' })
  username!: string;

  @ApiPropertyOptional({ type: InstagramDataView, description: 'Of accounts on Instagram' })
  instagram_data?: InstagramDataView;
  @ApiProperty({ type: MetaView }) meta!: MetaView;
  @ApiPropertyOptional(time) token_expires_at?: Date;
  @ApiPropertyOptional({ type: 'integer', example: 5_184_000, description: 'Seconds, as Meta said last.' })
  expires_in?: number;
  @ApiProperty({ type: TokenView }) token!: TokenView;
  @ApiProperty({ type: [String], example: ['instagram_business_basic'] }) scopes!: string[];
  @ApiProperty({ type: SubscriptionView }) subscription!: SubscriptionView;
  @ApiPropertyOptional(time) last_event_at?: Date;
  @ApiPropertyOptional(time) last_send_at?: Date;
  @ApiPropertyOptional({ type: AccountErrorView }) last_error?: AccountErrorView;
  @ApiPropertyOptional({ type: AccountUsageView }) usage?: AccountUsageView;
  @ApiPropertyOptional(time) sends_paused_until?: Date;
  @ApiPropertyOptional({ example: 'Meta’s rate limit' }) sends_paused_reason?: string;
  @ApiProperty({ example: true }) agent_enabled!: boolean;
  @ApiProperty({ example: false }) human_agent_allowed!: boolean;
  @ApiProperty({ example: false }) keep_media!: boolean;
  @ApiPropertyOptional({ type: BackfillView }) backfill?: BackfillView;
  @ApiPropertyOptional({ type: [AlertView], description: 'What stands now; on a single account.' })
  alerts?: AlertView[];
  @ApiProperty(time) connected_at!: Date;
  @ApiPropertyOptional(time) disconnected_at?: Date;
  @ApiProperty(time) created_at!: Date;
  @ApiProperty(time) updated_at!: Date;
}

export class AlsoConnectedView {
  @ApiProperty({ example: '665f1c2e9b1d8a0012345679' }) _id!: string;
  @ApiProperty({ example: 'juniperandpine.studio' }) username!: string;
}

export class NotConnectedView {
  @ApiProperty({ example: 'juniperandpine.outlet' }) username!: string;
  @ApiProperty({ enum: ['account_taken'], description: 'Another tenant has it.', example: 'account_taken' })
  code!: string;
}

export class AccountResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: AccountView }) data!: AccountView;
}

export class DisconnectResponse extends AccountResponse {
  @ApiPropertyOptional({ type: ErasureView, description: 'With `history=erase`: how far that is.' })
  erasure?: ErasureView;
}

export class ConnectResponse extends AccountResponse {
  @ApiPropertyOptional({ type: [AlsoConnectedView], description: 'A Page login may bring several accounts.' })
  also_connected?: AlsoConnectedView[];

  @ApiPropertyOptional({
    type: [NotConnectedView],
    description: 'What else the login speaks for, and why it is left out.',
  })
  not_connected?: NotConnectedView[];
}

export class AccountListResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [AccountView] }) data!: AccountView[];
  @ApiProperty({ type: 'integer', example: 1 }) total!: number;
  @ApiProperty({ type: 'integer', example: 50 }) limit!: number;
  @ApiProperty({ type: 'integer', example: 0 }) skip!: number;
}
