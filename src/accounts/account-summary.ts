import type { AccountLogin, AccountRecord, AccountStatus } from './account.schema.js';

/** What other rooms know of an account. It holds no token, so it may be cached and passed around. */
export interface AccountSummary {
  /** `platform_account_id` everywhere else. */
  _id: string;
  /** The tenant who owns it. */
  user_id: string;
  login: AccountLogin;
  status: AccountStatus;
  status_reason?: string;
  /** Professional account id: `entry.id` of webhooks. */
  ig_id: string;
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
  ig_id: igId,
  app_scoped_id: scoped,
  page_id: page,
}: Pick<AccountSummary, 'ig_id' | 'app_scoped_id' | 'page_id'>): Set<string> {
  return new Set([igId, scoped, page].filter((id) => id !== undefined));
}

/** @internal the summary of a stored record */
export function summaryOf(record: AccountRecord): AccountSummary {
  const { instagram_data: instagram } = record;
  return {
    _id: record._id.toHexString(),
    user_id: record.user_id,
    login: record.login,
    status: record.status,
    status_reason: record.status_reason,
    ig_id: instagram.ig_id,
    app_scoped_id: instagram.id,
    ...(record.login === 'facebook' ? { page_id: record.meta.id } : {}),
    username: instagram.username,
    name: instagram.name,
    sends_paused_until: record.sends_paused_until,
    sends_paused_reason: record.sends_paused_reason,
    human_agent_allowed: record.human_agent_allowed,
    keep_media: record.keep_media,
  };
}
