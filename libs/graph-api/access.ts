/** Which of Meta's two logins an account came through: it decides the Graph host and the kind of token. */
export type GraphLogin = 'instagram' | 'facebook';

/** A token and the host that takes it. Enough for calls about the token itself. */
export interface GraphToken {
  login: GraphLogin;
  accessToken: string;
}

/** What a call on behalf of a connected account needs. */
export interface GraphAccess extends GraphToken {
  /** The professional account's id, which webhooks carry in `entry.id`. */
  igId: string;
}

/** Taken by every call. */
export interface GraphCallOptions {
  /** Ends the call early. Before anything was sent the error says `delivered: 'no'`, later `'unknown'`. */
  signal?: AbortSignal;
  /** Instead of the client's own limit. */
  timeoutMs?: number;
}

/**
 * The account's node in a path. A Page token's account is the Page, and only `me` reaches it without its id, which
 * nothing but the connect step knows.
 */
export function nodeOf({ login, igId }: GraphAccess): string {
  return login === 'facebook' ? 'me' : igId;
}
