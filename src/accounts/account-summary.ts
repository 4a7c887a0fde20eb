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
  username: string;
  name?: string;
  sends_paused_until?: Date;
  sends_paused_reason?: string;
  human_agent_allowed: boolean;
  keep_media: boolean;
}

/** Every id under which Meta may speak of the account itself: a message from one of them is the business speaking. */
export function ownIds(account: Pick<AccountSummary, 'ig_id' | 'app_scoped_id'>): Set<string> {
  return new Set(account.app_scoped_id === undefined ? [account.ig_id] : [account.ig_id, account.app_scoped_id]);
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
    username: instagram.username,
    name: instagram.name,
    sends_paused_until: record.sends_paused_until,
    sends_paused_reason: record.sends_paused_reason,
    human_agent_allowed: record.human_agent_allowed,
    keep_media: record.keep_media,
  };
}
