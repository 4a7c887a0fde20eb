import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '#libs/clock';
import type { Account, Login } from './types.js';

const DAY_MS = 86_400_000;

/** How long a long-lived token lives: 60 days. */
export const LONG_LIVED_MS = 60 * DAY_MS;
/** How long the token lives that a login gives at first. */
export const SHORT_LIVED_MS = 3_600_000;

export interface Token {
  value: string;
  login: Login;
  /** `user`: of the Facebook user, good for `/me/accounts`. `page`: what sends through a page. `system`: of WhatsApp. `account`: Instagram Login's. */
  kind: 'account' | 'user' | 'page' | 'system';
  longLived: boolean;
  /** The account it speaks for; a user token speaks for none. */
  account: Account | null;
  /** The Facebook user's or the app-scoped Instagram user's id. */
  ownerId: string;
  scopes: string[];
  /** Of a user token: the pages that were ticked in the dialog. */
  pageIds: string[];
  issuedAt: number;
  /** Of a system user's token: the WhatsApp business accounts that it reaches. */
  businessIds: string[];
  /** Null: never, as of a page token made from a long-lived user token. */
  expiresAt: number | null;
  /** Null, or why Meta turned it down: 460 password changed, 458 app removed. */
  revokedSubcode: 458 | 460 | null;
}

export type NewToken = Pick<Token, 'login' | 'kind' | 'account' | 'ownerId' | 'scopes'> &
  Partial<Pick<Token, 'longLived' | 'pageIds' | 'businessIds' | 'value' | 'expiresAt'>>;

/** Scopes that Meta grants when a person ticks everything. */
export const ALL_SCOPES: Record<Login, string[]> = {
  instagram: ['instagram_business_basic', 'instagram_business_manage_messages', 'instagram_business_manage_comments'],
  facebook: [
    'instagram_basic',
    'instagram_manage_messages',
    'instagram_manage_comments',
    'pages_manage_metadata',
    'pages_show_list',
    'pages_messaging',
    'pages_read_engagement',
    'business_management',
  ],
};

/** What a system user of WhatsApp may do. */
export const WHATSAPP_SCOPES = ['whatsapp_business_messaging', 'whatsapp_business_management', 'business_management'];

/** Every token ever given out. */
export class TokenBook {
  private readonly tokens = new Map<string, Token>();

  constructor(private readonly clock: Clock) {}

  issue(made: NewToken): Token {
    const issuedAt = this.clock.now();
    const longLived = made.longLived ?? false;
    const livesMs = longLived ? LONG_LIVED_MS : SHORT_LIVED_MS;
    const token: Token = {
      pageIds: [],
      businessIds: [],
      ...made,
      value: made.value ?? newValue(made.login),
      longLived,
      issuedAt,
      expiresAt: made.expiresAt === undefined ? issuedAt + livesMs : made.expiresAt,
      revokedSubcode: null,
    };
    this.tokens.set(token.value, token);
    return token;
  }

  find(value: string): Token | undefined {
    return this.tokens.get(value);
  }

  all(): Token[] {
    return [...this.tokens.values()];
  }

  /** Takes back in a token that was written down earlier. */
  restore(token: Token): void {
    this.tokens.set(token.value, { ...token, businessIds: token.businessIds ?? [] });
  }

  /** All tokens that speak for an account, and its owner's. */
  of(account: Account, login?: Login): Token[] {
    return [...this.tokens.values()].filter(
      (token) =>
        (token.account === account || (token.kind === 'user' && token.ownerId === account.ownerId)) &&
        (!login || token.login === login),
    );
  }

  revoke(account: Account, login?: Login, subcode: 458 | 460 = 460): void {
    for (const token of this.of(account, login)) token.revokedSubcode = subcode;
  }

  expire(account: Account, login?: Login): void {
    for (const token of this.of(account, login)) token.expiresAt = this.clock.now() - 1;
  }
}

/** The same value at each start of the sandbox, so that a server that kept its database needn't connect again. */
export function steadyTokenValue(login: Login, secret: string, of: string): string {
  const body = createHash('sha512').update(`${secret}:${of}`).digest('base64url');
  return `${prefixOf(login)}${body}${createHash('sha512').update(body).digest('base64url')}`.replace(/[-_]/g, 'Z');
}

function newValue(login: Login): string {
  return `${prefixOf(login)}${randomBytes(120).toString('base64url').replace(/[-_]/g, 'Z')}`;
}

/** How tokens of either host begin; a string that doesn't, Meta can't even parse. */
export function prefixOf(login: Login): string {
  return login === 'instagram' ? 'IGAA' : 'EAA';
}
