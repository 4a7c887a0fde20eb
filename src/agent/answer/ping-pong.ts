import type { Dm } from '../../dms/index.js';

/** Nobody reads an answer and types the next message this fast, time after time; a bot does. */
const answeredWithinMs = 3_000;
export const maxQuickExchanges = 10;
const lookBackMs = 3_600_000;

/**
 * Whether two machines seem to be talking: the last {@link maxQuickExchanges} answers of the agent each got a message
 * back within seconds. It looks an hour back, so a silence breaks the loop and then it is over.
 * @param history newest first
 */
export function looksLikePingPong(history: readonly Dm[], nowMs: number): boolean {
  let quick = 0;
  let nextInbound: Dm | undefined;
  for (const dm of history) {
    if (nowMs - dm.timestamp > lookBackMs) return false;
    if (dm.direction === 'inbound') {
      nextInbound = dm;
      continue;
    }
    if (dm.source !== 'agent') return false;
    // Parts of one answer: the last of them is what was replied to.
    if (!nextInbound) continue;
    const answeredAfterMs = nextInbound.timestamp - (dm.sent_at?.getTime() ?? dm.timestamp);
    if (answeredAfterMs > answeredWithinMs) return false;
    quick += 1;
    nextInbound = undefined;
    if (quick >= maxQuickExchanges) return true;
  }
  return false;
}
