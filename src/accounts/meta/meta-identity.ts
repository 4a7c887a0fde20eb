import type { AccountLogin } from '../account.schema.js';

/** An Instagram account as Meta introduces it, with the token that speaks for it. */
export interface MetaIdentity {
  login: AccountLogin;
  /** The account's own token for login `instagram`, its Page's token for login `facebook`. */
  accessToken: string;
  /** Seconds the token lives, where Meta said so. */
  expiresInS?: number;
  /** Professional account id: what webhooks carry. */
  igId: string;
  /** Login `instagram` only. */
  appScopedId?: string;
  username: string;
  name?: string;
  accountType?: string;
  profilePictureUrl?: string;
  /** Login `facebook` only. */
  page?: { id: string; name?: string; username?: string };
  /** Login `facebook` only: the person who connected, as Meta's privacy callbacks name them. */
  appUserId?: string;
  /** Granted permissions, where they could be found out. */
  scopes: string[];
}
