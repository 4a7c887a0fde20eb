import type { Found, KnowledgePassage } from './knowledge-index.js';

export interface KnowledgeQuestion {
  accountId: string;
  /** A day of the shop's calendar, `2026-11-30`: what does not hold on it is not found. */
  day: string;
  /** Wordings of what is asked, the most telling first. */
  queries: readonly string[];
  count: number;
}

/** Finds what an account's agent should see. Today in this process; another engine is another class behind it. */
export abstract class KnowledgeSearchPort {
  /** All that holds, in an order that stands still, when it is small enough to be shown whole; else `null`. */
  abstract whole(accountId: string, day: string, maxTokens: number): Promise<KnowledgePassage[] | null>;
  abstract find(question: KnowledgeQuestion): Promise<Found[]>;
}
