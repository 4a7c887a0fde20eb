import type { Channel } from '../channels/index.js';

/**
 * Every job there is: its queue, its payload and its options. Producers and handlers both import this file, and the
 * process refuses to start when a job has no handler or two. Jobs carry ids, never content; a lost job costs time
 * only, because MongoDB holds the truth and a scheduled sweep hands the work over again.
 */
export interface JobPayloads {
  /** Decode these deliveries and store their events: so many, of these accounts (a job of an older version doesn't say). */
  'store-deliveries': { delivery_ids: string[]; events?: number; account_ids?: string[] };
  /** Let the agent answer what is pending in this conversation. */
  'answer-conversation': { conversation_id: string };
  /** Send this conversation's queued DMs, in order. */
  'send-conversation': { conversation_id: string };
  /** Find out what became of a send whose outcome we never saw. */
  'settle-send': { dm_id: string };
  /** Look the participant's name and picture up. */
  'fetch-profile': { conversation_id: string };
  /** Ask Meta for a message that an event spoke of and that has not come. */
  'fetch-message': { hint_id: string };
  /** Copy the media of a DM before Meta's links expire. */
  'keep-media': { dm_id: string };
  /** Remove our copies of media whose message was taken back, or deleted for good. */
  'drop-media': { dm_id: string };
  /** Fetch the account's past conversations through the Graph API. */
  'backfill-account': { account_id: string };
  'refresh-token': { account_id: string };
  'check-subscription': { account_id: string };
  /** Carry out what the agent proposed and somebody approved. */
  'run-action': { action_id: string };
  /** Remove everything about a person, as a data deletion request asks. */
  'erase-person': { erasure_id: string };
  /** Post to a webhook endpoint what is due. */
  'post-to-endpoint': { endpoint_id: string };
  /** Write the file of an export on. */
  'export-data': { export_id: string };
}

export type JobName = keyof JobPayloads;

/** What a process that begins a job itself can tell its handler besides; it never stands in Redis. */
export interface JobExtras {
  /** A message was stored a moment ago: who talks there, and the conversation's `revision` as that left it. */
  'answer-conversation': {
    account_id: string;
    channel: Channel;
    ig_id: string;
    participant_id: string;
    revision: number;
  };
}
export type JobExtra<N extends JobName> = N extends keyof JobExtras ? JobExtras[N] : undefined;

export interface JobOptions {
  queue: QueueName;
  /** Tries before it is given up and recorded as a dead letter. */
  attempts: number;
  /** First pause between tries, at most; doubles, with full jitter. */
  backoffMs: number;
  /** A run longer than this is reported as failed (the handler must be safe to run again). */
  timeoutMs: number;
}

export const queueNames = ['deliveries', 'replies', 'outbound', 'accounts', 'people', 'endpoints'] as const;
export type QueueName = (typeof queueNames)[number];

/** Jobs a process works at once, by queue. Deliveries share transactions, the more the better; the others wait for Meta or OpenAI mostly. */
export const queueConcurrency: Record<QueueName, number> = {
  deliveries: 64,
  replies: 50,
  outbound: 50,
  accounts: 4,
  people: 8,
  endpoints: 32,
};

export const jobs: Record<JobName, JobOptions> = {
  'store-deliveries': { queue: 'deliveries', attempts: 20, backoffMs: 250, timeoutMs: 60_000 },
  'answer-conversation': { queue: 'replies', attempts: 5, backoffMs: 1_000, timeoutMs: 180_000 },
  'send-conversation': { queue: 'outbound', attempts: 5, backoffMs: 1_000, timeoutMs: 300_000 },
  'settle-send': { queue: 'outbound', attempts: 5, backoffMs: 5_000, timeoutMs: 60_000 },
  'fetch-profile': { queue: 'people', attempts: 4, backoffMs: 5_000, timeoutMs: 30_000 },
  'fetch-message': { queue: 'people', attempts: 3, backoffMs: 5_000, timeoutMs: 60_000 },
  'keep-media': { queue: 'people', attempts: 6, backoffMs: 5_000, timeoutMs: 300_000 },
  'drop-media': { queue: 'people', attempts: 10, backoffMs: 5_000, timeoutMs: 60_000 },
  'backfill-account': { queue: 'accounts', attempts: 10, backoffMs: 30_000, timeoutMs: 3_600_000 },
  'refresh-token': { queue: 'accounts', attempts: 3, backoffMs: 60_000, timeoutMs: 60_000 },
  'check-subscription': { queue: 'accounts', attempts: 3, backoffMs: 30_000, timeoutMs: 60_000 },
  'run-action': { queue: 'people', attempts: 5, backoffMs: 1_000, timeoutMs: 30_000 },
  'post-to-endpoint': { queue: 'endpoints', attempts: 5, backoffMs: 1_000, timeoutMs: 80_000 },
  'export-data': { queue: 'people', attempts: 20, backoffMs: 10_000, timeoutMs: 600_000 },
  'erase-person': { queue: 'people', attempts: 20, backoffMs: 10_000, timeoutMs: 600_000 },
};

/** What stands in Redis. `v` lets a new version understand jobs that the previous one left behind. */
export type StoredJob<N extends JobName = JobName> = JobPayloads[N] & { v: 1 };
