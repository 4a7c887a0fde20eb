import type { Conversation } from '../../conversations/index.js';
import type { DmRecord } from '../dm.schema.js';

/** What the store holds of everything a batch may touch, as one snapshot. */
export interface BatchSnapshot {
  /** By `slotOf(account, key)`. */
  dms: Map<string, DmRecord>;
  conversations: Map<string, Conversation>;
  /** Sends of a conversation that were tried and whose outcome is open, oldest first. */
  openSends: Map<string, DmRecord[]>;
  /** Hard-deleted here, by `slotOf(account, key)`. */
  tombstones: Set<string>;
  /** Conversations that would be new, of people whom the account's owner has blocked. */
  blocked: ReadonlySet<string>;
  /** Of conversations in which a fetched message meets its webhook: the time of our latest message, ms. */
  answeredUntil: Map<string, number>;
  /** What was said around an echo that is not ours, or around a message that arrives after it, by conversation. */
  around: Map<string, DmRecord[]>;
  /** When these people were erased, ms; of those without a conversation. */
  erasedAt: Map<string, number>;
}

/** Our messages of a stretch of time were read. */
export interface ReadMark {
  conversationId: string;
  /** What is older was marked before; absent at a conversation's first mark. */
  fromMs?: number;
  upToMs: number;
  /** When the customer told, by Meta's clock. */
  at: Date;
  now: Date;
}

/** How DMs are known within a batch. */
export const slotOf = (platformAccountId: string, key: string): string => `${platformAccountId}\n${key}`;
