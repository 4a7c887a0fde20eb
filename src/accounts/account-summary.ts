import type { Channel } from '../channels/index.js';
import type { AccountLogin, AccountRecord, AccountStatus } from './account.schema.js';

/** What other rooms know of an account. It holds no token, so it may be cached and passed around. */
export interface AccountSummary {
  /** `platform_account_id` everywhere else. */
  _id: string;
  /** The tenant who owns it. */
  user_id: string;
  channel: Channel;
  login: AccountLogin;
  status: AccountStatus;
  status_reason?: string;
  /** The account's id at its channel: what deliveries carry. DMs and jobs have it as `ig_id`. */
  external_id: string;
  app_scoped_id?: string;
  /** Of login `facebook`: the Page that the Instagram account belongs to. Deliveries may name it instead. */
  page_id?: string;
  username: string;
  name?: string;
  sends_paused_until?: Date;
  sends_paused_reason?: string;
  human_agent_allowed: boolean;
  keep_media: boolean;
}

/** Every id under which Meta may speak of the account itself: a message from one of them is the business speaking. */
export function ownIds({
  external_id: externalId,
  app_scoped_id: scoped,
  page_id: page,
}: Pick<AccountSummary, 'external_id' | 'app_scoped_id' | 'page_id'>): Set<string> {
  return new Set([externalId, scoped, page].filter((id) => id !== undefined));
}

/** @internal the summary of a stored record */
export function summaryOf(record: AccountRecord): AccountSummary {
  const { instagram_data: instagram } = record;
  const name = instagram?.name ?? record.meta.name;
  return {
    _id: record._id.toHexString(),
    user_id: record.user_id,
    channel: record.channel,
    login: record.login,
    status: record.status,
    status_reason: record.status_reason,
    external_id: record.external_id,
    ...(instagram?.id === undefined ? {} : { app_scoped_id: instagram.id }),
    ...(record.login === 'facebook' ? { page_id: record.meta.id } : {}),
    username: record.username,
    ...(name === undefined ? {} : { name }),
    sends_paused_until: record.sends_paused_until,
    sends_paused_reason: record.sends_paused_reason,
    human_agent_allowed: record.human_agent_allowed,
    keep_media: record.keep_media,
  };
}
