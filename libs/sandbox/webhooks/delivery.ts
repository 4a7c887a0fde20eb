import type { Login } from '../world/types.js';
import type { WebhookObject } from './event.js';

/** One attempt to hand a webhook over. */
export interface Attempt {
  /** Machine time, milliseconds since the epoch. */
  at: number;
  durationMs: number;
  /** The server's answer, or null when there was none. */
  status: number | null;
  answer?: string;
  error?: string;
}

/**
 * - `held`: kept back on purpose until released
 * - `pending`: not yet accepted; more attempts will come
 * - `delivered`: the server answered 2xx
 * - `dropped`: given up after all the attempts that Meta would make
 * - `skipped`: never sent, for the reason in `reason` (nobody subscribed, no URL)
 */
export type DeliveryState = 'held' | 'pending' | 'delivered' | 'dropped' | 'skipped';

/** One webhook: its exact body and what became of it. */
export interface Delivery {
  id: number;
  login: Login;
  /** The exact bytes that were signed and posted. */
  body: string;
  /** The mids and other marks by which a person finds it again: `message`, `postback`, `read`... */
  summary: string;
  events: number;
  createdAt: number;
  attempts: Attempt[];
  state: DeliveryState;
  reason?: string;
  /** Resolves when the state is final. Never rejects. */
  settled: Promise<Delivery>;
}

const HOUR_MS = 3_600_000;

/** How long Meta keeps trying, and when it stops sending at all, by what a body is about. */
export const patienceOf: Readonly<
  Record<WebhookObject, { givesUpAfterMs: number; unsubscribesAfterMs: number | null }>
> = {
  instagram: { givesUpAfterMs: 36 * HOUR_MS, unsubscribesAfterMs: null },
  page: { givesUpAfterMs: HOUR_MS, unsubscribesAfterMs: HOUR_MS },
  whatsapp_business_account: { givesUpAfterMs: 7 * 24 * HOUR_MS, unsubscribesAfterMs: null },
};

export interface WebhookOptions {
  /** Where Instagram Login's webhooks go; null: nowhere, events are logged as skipped. */
  url: string | null;
  /** Where the Page login's webhooks go. When left out: `url` with `/webhook/instagram` replaced by `/webhook/meta`. */
  metaUrl?: string | null;
  /** Waits between attempts; the last repeats until Meta would give up. */
  retryDelaysMs: number[];
  /** Clock milliseconds after which a delivery is dropped. When left out: as Meta does with each object. */
  giveUpAfterMs?: number;
  /** How long one attempt waits for an answer. */
  timeoutMs: number;
  /** Attempts in flight at once. */
  concurrency: number;
  /** How many times each delivery is posted beyond the first, though it was accepted. A fraction is a probability. */
  duplicates: number;
  /** Waits up to this long, at random, before the first attempt, so that deliveries overtake each other. */
  shuffleMs: number;
  /** Events put into one body; Meta batches up to 1000. */
  batchSize: number;
  /** How long a batch waits to fill up. */
  batchWaitMs: number;
  /** When an accepted send's echo goes out, seen from the answer to the send. `before` waits until the server took it. */
  echo: 'before' | 'after' | 'never' | 'twice';
  /** Whether Messenger tells that a message was brought to the person's devices. */
  receipts: boolean;
  /** Clock milliseconds of failing after which Meta unsubscribes; null: never. When left out: a Page after an hour. */
  unsubscribeAfterFailingMs?: number | null;
}

export const DEFAULT_WEBHOOK_OPTIONS: WebhookOptions = {
  url: null,
  retryDelaysMs: [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000],
  timeoutMs: 20_000,
  concurrency: 32,
  duplicates: 0,
  shuffleMs: 0,
  batchSize: 1,
  batchWaitMs: 0,
  echo: 'after',
  receipts: true,
};
