import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosStack } from './stack.js';
import type { StoredDm, StoreWatch } from './store-watch.js';

export interface Backlog {
  deliveriesAtMeta: number;
  deliveriesReceived: number;
  pendingForAgent: number;
  queued: number;
  sending: number;
  /** Approved, and not begun. */
  approvedActions: number;
  /** Unconfirmed and still looked for. */
  lookedFor: number;
  /** Of all open sends: those that never reached Meta and wait for the proof of it, and what waits behind them. */
  waitingForProof: number;
  /** The same on WhatsApp, where silence proves nothing: they wait for a person. */
  waitingForPerson: number;
}

/** What is not over yet. */
export async function backlogOf(stack: ChaosStack, watch: StoreWatch): Promise<Backlog> {
  const dms = watch.collection<StoredDm>('instagram_dms');
  const deliveries = watch.collection('webhook_deliveries');
  const [received, pending, open, approvedActions] = await Promise.all([
    deliveries.countDocuments({ state: 'received' }),
    dms.countDocuments({ agent_state: 'pending' }),
    dms.find({ outbound_open: true }).toArray(),
    watch.collection('agent_actions').countDocuments({ state: 'approved' }),
  ]);
  const looked = open.filter(({ status, next_attempt_at }) => status === 'unconfirmed' && next_attempt_at);
  const unsent = looked.filter(({ text }) => !stack.local.sandbox.sends.some((send) => send.text === text));
  const silent = new Set(stack.accounts.flatMap(({ id, channel }) => (channel === 'whatsapp' ? [id] : [])));
  const held = new Set(unsent.map(({ conversation_id }) => conversation_id));
  const behind = open.filter(({ conversation_id, status }) => status === 'queued' && held.has(conversation_id));
  const waiting = [...unsent, ...behind];
  const forPerson = waiting.filter(({ platform_account_id: account }) => silent.has(account)).length;
  return {
    deliveriesAtMeta: stack.local.sandbox.deliveries.filter(({ state }) => state === 'pending').length,
    deliveriesReceived: received,
    pendingForAgent: pending,
    approvedActions,
    queued: open.filter(({ status }) => status === 'queued').length,
    sending: open.filter(({ status }) => status === 'sending').length,
    lookedFor: looked.length,
    waitingForProof: waiting.length - forPerson,
    waitingForPerson: forPerson,
  };
}

export function isDone(backlog: Backlog, { proofMayWait }: { proofMayWait: boolean }): boolean {
  const { waitingForProof, waitingForPerson, ...rest } = backlog;
  const open = Object.values(rest).reduce((sum, count) => sum + count, 0);
  return open - waitingForPerson - (proofMayWait ? waitingForProof : 0) === 0;
}

/**
 * Waits for the end of all work, for as long as it gets less: a large backlog on a small machine takes its time, one
 * that has not shrunk for this long is stuck.
 * @returns the last look, done or not
 */
export async function drain(
  stack: ChaosStack,
  watch: StoreWatch,
  { proofMayWait, stuckAfterMs }: { proofMayWait: boolean; stuckAfterMs: number },
): Promise<Backlog> {
  let least = Infinity;
  let shrankAt = Date.now();
  for (;;) {
    const backlog = await backlogOf(stack, watch);
    const work = backlog.deliveriesAtMeta + backlog.deliveriesReceived + backlog.pendingForAgent + backlog.queued;
    const all = work + backlog.sending + backlog.lookedFor;
    if (all < least) [least, shrankAt] = [all, Date.now()];
    if (isDone(backlog, { proofMayWait }) || Date.now() - shrankAt > stuckAfterMs) return backlog;
    await delay(250);
  }
}
