import { createHash } from 'node:crypto';
import type { Conversation, Login } from './types.js';

/**
 * Meta's ids in their real shapes. Scoped ids are derived from who they belong to, not drawn, so that a server that
 * kept its database finds the same people again after the sandbox was restarted.
 */

/** `count` digits out of a hash of `text`; the first never 0. */
export function hashedDigits(text: string, count: number): string {
  let digits = '';
  for (let round = 0; digits.length < count; round++) {
    const hash = createHash('sha256').update(`${round}:${text}`).digest('hex');
    digits += BigInt(`0x${hash}`).toString();
  }
  const found = digits.slice(0, count);
  return found.startsWith('0') ? `9${found.slice(1)}` : found;
}

/** The id under which a business sees a person. Meta scopes it by account and by login, so the two logins differ. */
export function igsidOf(username: string, accountIgId: string, login: Login): string {
  return hashedDigits(`igsid:${login}:${accountIgId}:${username}`, login === 'instagram' ? 16 : 15);
}

/** The id under which a Page sees a person on Messenger, whatever the app. */
export function psidOf(username: string, pageId: string): string {
  return hashedDigits(`psid:${pageId}:${username}`, 16);
}

/** Under which id the business sees the person of a conversation. */
export function personIdOf({ channel, account, person }: Parties, login: Login): string {
  return channel === 'messenger'
    ? psidOf(person.username, account.pageId)
    : igsidOf(person.username, account.igId, login);
}

/** What stands for the business in a conversation: the Page on Messenger. */
export function businessIdOf({ channel, account }: Parties): string {
  return channel === 'messenger' ? account.pageId : account.igId;
}

type Parties = Pick<Conversation, 'channel' | 'account' | 'person'>;

/** The id of a conversation with a Page. */
export function pageThreadOf(username: string, pageId: string): string {
  return `t_${hashedDigits(`page thread:${pageId}:${username}`, 16)}`;
}

/** A message id of Messenger's, the same for every app. */
export function pageMidOf(itemId: string): string {
  const body = createHash('sha512').update(`page item:${itemId}`).digest('base64url');
  return `m_${body}`;
}

/** The id of a conversation as `GET /{ig-id}/conversations` shows it. */
export function conversationIdOf(username: string, accountIgId: string, login: Login): string {
  return metaBase64(`ig_dm_thread:${scopeOf(accountIgId, login)}:${threadOf(username, accountIgId)}`);
}

/** A message id as Meta writes it: about 150 characters, its start the same for all. */
export function midOf(username: string, accountIgId: string, itemId: string, login: Login): string {
  const thread = threadOf(username, accountIgId);
  return metaBase64(`ig_dm_item:1:IGMessageID:${scopeOf(accountIgId, login)}:${thread}:${itemId}`);
}

function threadOf(username: string, accountIgId: string): string {
  return `3402823668417103012${hashedDigits(`thread:${accountIgId}:${username}`, 20)}`;
}

/** A page's app sees the account under another scope, so the same message has another mid there. */
function scopeOf(accountIgId: string, login: Login): string {
  return login === 'instagram' ? accountIgId : hashedDigits(`scope:${accountIgId}`, 14);
}

/** Meta's own base64 for mids: `Z` escapes itself and what a URL would mind. */
function metaBase64(text: string): string {
  const escapes: Record<string, string> = { Z: 'ZA', '+': 'ZB', '/': 'ZC', '=': 'ZD' };
  return Buffer.from(text)
    .toString('base64')
    .replace(/[Z+/=]/g, (found) => escapes[found] as string);
}
