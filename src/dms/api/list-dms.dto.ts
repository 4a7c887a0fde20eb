import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsMongoId, IsString, Length, Matches } from 'class-validator';
import {
  accountIdPattern,
  accountIdRule,
  metaIdPattern,
  metaIdRule,
  PageQuery,
  Skip,
  toBoolean,
} from '../../paging/index.js';
import { IsTime, MayBeAbsent } from '../../validation/index.js';
import { dmKinds, type DmRecord } from '../dm.schema.js';
import { heldReasons, sendStatuses, type HeldReason, type SendStatus } from '../send-status.js';
import { askableChannels } from './channel-filter.js';
import { dmSorts, type DmSort } from './dm-list.repository.js';

const platformProperty = {
  enum: askableChannels,
  description:
    'Whose DMs it is about: a channel, or `all`. Left out, `/instagram-dms` means Instagram and `/messages` all of them.',
};

/** Of routes that know one DM, or one account. */
export class ChannelQuery {
  @ApiPropertyOptional(platformProperty)
  @MayBeAbsent()
  @IsIn(askableChannels)
  platform?: string;
}

export class ListDmsQuery extends PageQuery {
  @ApiPropertyOptional(platformProperty)
  @MayBeAbsent()
  @IsIn(askableChannels)
  platform?: string;

  @ApiPropertyOptional({ description: 'The account’s `_id` or its Instagram id', example: '17841400008460056' })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id?: string;

  @ApiPropertyOptional({ description: 'Owner of the account; for admins', example: 'user-1' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  user_id?: string;

  @ApiPropertyOptional({ example: '1254477777772222' })
  @MayBeAbsent()
  @Matches(metaIdPattern, metaIdRule)
  sender_id?: string;

  @ApiPropertyOptional({ example: '17841400008460056' })
  @MayBeAbsent()
  @Matches(metaIdPattern, metaIdRule)
  recipient_id?: string;

  @ApiPropertyOptional({ enum: ['inbound', 'outbound'] })
  @MayBeAbsent()
  @IsIn(['inbound', 'outbound'])
  direction?: 'inbound' | 'outbound';

  @ApiPropertyOptional({ type: Boolean })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean({ message: 'expected true or false' })
  read?: boolean;

  @ApiPropertyOptional({ description: 'The conversation’s id', example: '9f86d081884c7d659a2feaa0' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  conversation_id?: string;

  @ApiPropertyOptional({
    enum: sendStatuses,
    description:
      'Of outbound DMs. `unconfirmed` and `failed` wait for a person: see `POST /instagram-dms/{id}/resolve`.',
  })
  @MayBeAbsent()
  @IsIn(sendStatuses)
  status?: SendStatus;

  @ApiPropertyOptional({ enum: heldReasons, description: 'Why a `queued` one does not go out right now' })
  @MayBeAbsent()
  @IsIn(heldReasons)
  held_reason?: HeldReason;

  @ApiPropertyOptional({ enum: dmKinds, description: 'What kind of event it came as' })
  @MayBeAbsent()
  @IsIn(dmKinds)
  kind?: DmRecord['kind'];

  @ApiPropertyOptional({ format: 'date-time', description: 'Stored (`created_at`) at this time or later' })
  @MayBeAbsent()
  @IsTime()
  since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Stored (`created_at`) before this time' })
  @MayBeAbsent()
  @IsTime()
  until?: string;

  @ApiPropertyOptional({
    enum: dmSorts,
    default: 'created_at',
    description:
      'Newest first by when they were stored, or by Meta’s time. A message that came late stands first in the one and ' +
      'at its place in the other. By `timestamp` an admin names an account, a user or a conversation.',
  })
  @MayBeAbsent()
  @IsIn(dmSorts)
  sort: DmSort = 'created_at';

  @Skip(1_000_000)
  skip: number = 0;
}
