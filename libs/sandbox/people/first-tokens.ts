import type { GraphContext } from '../graph/graph-call.js';
import { ALL_SCOPES, steadyTokenValue, WHATSAPP_SCOPES } from '../world/token-book.js';
import type { WhatsAppBusiness } from '../whatsapp/whatsapp-world.js';
import type { Account, Login } from '../world/types.js';
import type { AccountTokens } from './account.js';

/** The long-lived tokens that an account has from the start; the same at each start. */
export function firstTokens({ secrets, tokens, world }: GraphContext, account: Account): AccountTokens {
  const value = (login: Login, of: string) => steadyTokenValue(login, secrets[login], of);
  const owned = world.accounts.filter(({ ownerId }) => ownerId === account.ownerId);
  const page = { login: 'facebook', account, ownerId: account.ownerId, scopes: ALL_SCOPES.facebook } as const;
  const instagram = tokens.issue({
    login: 'instagram',
    kind: 'account',
    account,
    ownerId: account.appScopedId,
    scopes: ALL_SCOPES.instagram,
    longLived: true,
    value: value('instagram', account.igId),
  });
  const pageToken = tokens.issue({
    ...page,
    kind: 'page',
    longLived: true,
    expiresAt: null,
    value: value('facebook', account.igId),
  });
  const user = tokens.issue({
    ...page,
    kind: 'user',
    account: null,
    longLived: true,
    pageIds: owned.map(({ pageId }) => pageId),
    value: value('facebook', account.ownerId),
  });
  return { instagram: instagram.value, page: pageToken.value, user: user.value };
}

/** The system user's token of a WhatsApp business account; the same at each start. */
export function systemToken({ secrets, tokens }: GraphContext, { wabaId }: WhatsAppBusiness): string {
  const made = { login: 'facebook', kind: 'system', account: null, ownerId: wabaId, scopes: WHATSAPP_SCOPES } as const;
  const value = steadyTokenValue('facebook', secrets.facebook, wabaId);
  return tokens.issue({ ...made, longLived: true, expiresAt: null, businessIds: [wabaId], value }).value;
}
