import { setTimeout as delay } from 'node:timers/promises';
import type { GraphCallRecord } from '#libs/sandbox';
import { marks } from './model.js';
import type { Supervised } from './processes.js';
import type { ChaosStack } from './stack.js';
import type { StoreWatch } from './store-watch.js';

/** The moments of an answer, of a send and of what is done for a customer at which a process may die, or fall asleep. */
export const crashPoints = [
  'model answered',
  'reply queued',
  'send claimed',
  'call under way',
  'call answered',
  'tool asked',
  'action under way',
  'call never arrived',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** Which workers are at that moment: where it can't be told, all of them. */
type Strike = (victims: Supervised[]) => void;

const patienceMs = 20_000;

/**
 * Waits for the moment from outside: what the model and Graph stand-ins see, and the store's own log. The product has
 * no switch for this.
 * @returns the workers that are at the point, or null when nothing came along
 */
export async function reached(point: CrashPoint, stack: ChaosStack, watch: StoreWatch): Promise<Supervised[] | null> {
  let cleanUp = (): void => undefined;
  const struck = new Promise<Supervised[]>((resolve) => (cleanUp = arm(point, stack, watch, resolve)));
  const result = await Promise.race([struck, delay(patienceMs, null)]);
  cleanUp();
  return result;
}

function arm(point: CrashPoint, stack: ChaosStack, watch: StoreWatch, strike: Strike): () => void {
  const { models, workers, local, shop } = stack;
  const one = (index: number): Supervised[] => workers.slice(index, index + 1);
  switch (point) {
    case 'model answered':
      // A few milliseconds later the answer is read and the transaction that writes it is on its way, or about to be.
      return models.watch(({ worker }) => void setTimeout(() => strike(one(worker)), 2 + Math.random() * 10));
    case 'reply queued':
      return watch.onStep('queued', (dm) => {
        const reply = models.replies.get(marks.reply.exec(dm?.text ?? '')?.[0] ?? '');
        if (reply) strike(one(reply.worker));
      });
    case 'send claimed':
      return watch.onStep('sending', () => strike(workers));
    case 'call answered':
      return local.sandbox.watch(({ kind, record }) => {
        const call = record as GraphCallRecord;
        const worker = kind === 'call' && call.route === 'send' ? stack.workerOfVersion(call.version) : -1;
        if (worker >= 0) setTimeout(() => strike(one(worker)), Math.random() * 4);
      });
    case 'tool asked':
      return shop.watch((step) => {
        const reply = step.kind === 'read' ? models.replies.get(marks.reply.exec(step.stamp)?.[0] ?? '') : undefined;
        if (reply) strike(one(reply.worker));
      });
    case 'action under way':
      return shop.watch(({ kind }) => {
        if (kind === 'write') strike(workers);
      });
    case 'call under way':
      return onCall(stack, { mode: 'latency', latencyMs: 200 }, strike);
    case 'call never arrived':
      return onCall(stack, { mode: 'hang', count: 1 }, strike);
  }
}

/** Strikes while the call is with Meta, before it has acted or without it ever acting. */
function onCall(
  stack: ChaosStack,
  fault: { mode: 'latency' | 'hang'; latencyMs?: number; count?: number },
  strike: Strike,
): () => void {
  const { sandbox } = stack.local;
  const { id } = sandbox.faults.add({ route: 'send', ...fault });
  let seen = sandbox.calls.length;
  const timer = setInterval(() => {
    for (; seen < sandbox.calls.length; seen++) {
      const call = sandbox.calls[seen] as GraphCallRecord;
      const worker = call.route === 'send' ? stack.workerOfVersion(call.version) : -1;
      if (worker < 0 || (fault.mode === 'hang' && call.fault !== 'hang')) continue;
      return strike(stack.workers.slice(worker, worker + 1));
    }
  }, 2);
  return () => {
    clearInterval(timer);
    sandbox.faults.clear(id);
  };
}
