import type { Secret } from '../config/index.js';

type Query = Record<string, unknown>;

/** A challenge is a short number; a page of text is somebody playing. */
const maxChallengeLength = 1_000;

/**
 * Answers Meta's question whether this address is really ours: the challenge when the token is the one we agreed on.
 * @param query as the server parsed it: `hub.mode`, `hub[mode]` and `{hub: {mode}}` are the same thing
 * @returns `null` when it is not to be confirmed
 */
export function confirmSubscription(query: Query, verifyToken: Secret): string | null {
  const token = hubParameter(query, 'verify_token');
  const challenge = hubParameter(query, 'challenge');
  // Compared first and always, so that the time taken says nothing.
  const known = verifyToken.isSame(token ?? '');
  if (!known || hubParameter(query, 'mode') !== 'subscribe') return null;
  return challenge === undefined || challenge.length > maxChallengeLength ? null : challenge;
}

/** One string, or nothing: a repeated parameter is an array and no answer to anything. */
function hubParameter(query: Query, name: string): string | undefined {
  const { hub } = query;
  const nested = typeof hub === 'object' && hub !== null ? (hub as Query)[name] : undefined;
  const given = [query[`hub.${name}`], query[`hub[${name}]`], nested].filter((value) => value !== undefined);
  return given.length === 1 && typeof given[0] === 'string' && given[0] !== '' ? given[0] : undefined;
}
