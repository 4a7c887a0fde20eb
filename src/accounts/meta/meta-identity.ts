import type { AccountLogin, AccountRecord } from '../account.schema.js';

/** An account as its channel introduces it, with the token that speaks for it. */
export interface MetaIdentity {
  /** The contract's word for the channel. */
  platform: string;
  login: AccountLogin;
  /** The account's own token for login `instagram`, its Page's token for login `facebook`. */
  accessToken: string;
  /** Seconds the token lives, where Meta said so. */
  expiresInS?: number;
  /** The account's id at its channel: what webhooks carry. */
  externalId: string;
  /** What people know it by. */
  username: string;
  instagramData?: AccountRecord['instagram_data'];
  /** What another channel keeps of it. */
  channelData?: Record<string, unknown>;
  meta: AccountRecord['meta'];
  /** Login `facebook` only: the person who connected, as Meta's privacy callbacks name them. */
  appUserId?: string;
  /** Granted permissions, where they could be found out. */
  scopes: string[];
}
