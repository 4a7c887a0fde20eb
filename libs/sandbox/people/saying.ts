import type { SandboxAccount } from './account.js';
import type { Quietly } from './stage.js';

export interface To extends Quietly {
  /** Which account they write to; the sandbox's first when left out. */
  to?: SandboxAccount;
}

export interface Saying extends To {
  /** The message they reply to: its mid. */
  replyTo?: string;
  /** Where they came from: an ad, an ig.me link, a product. */
  referral?: Record<string, unknown>;
}

export interface Choice {
  title: string;
  payload: string;
}

export interface Reacting extends To {
  reaction?: string;
  emoji?: string;
}
