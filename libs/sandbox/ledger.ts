import type { GraphRoute } from './faults.js';
import type { Login } from './world/types.js';

/** A message that the Graph stand-in accepted: the truth against which "answered once, in order" is checked. */
export interface AcceptedSend {
  /** Counts up over all accounts. */
  id: number;
  channel: 'instagram' | 'messenger' | 'whatsapp';
  /** The professional account's id, the Page's, the phone number's. */
  accountId: string;
  /** What the caller gave to tell this send by: Messenger's `metadata`, WhatsApp's `biz_opaque_callback_data`. */
  handle: string | null;
  /** The id it went to: scoped, or a WhatsApp id. */
  recipientId: string;
  login: Login;
  mid: string;
  text: string | null;
  /** Attachment types, when it was media. */
  attachments: string[];
  quickReplies: string[];
  tag: string | null;
  /** The comment it answers privately. */
  commentId: string | null;
  /** Milliseconds by the sandbox's clock. */
  at: number;
  /** The {@link GraphCallRecord} that brought it. */
  callId: number;
  /** Whether the caller got an answer it could read: false after a fault that hid it. */
  answered: boolean;
}

/** One call to the Graph stand-in. */
export interface GraphCallRecord {
  id: number;
  /** Machine time, milliseconds since the epoch. */
  at: number;
  login: Login;
  route: GraphRoute;
  method: string;
  /** Path without the base URL and the version. */
  path: string;
  version: string | null;
  query: Record<string, string>;
  body: unknown;
  accountId: string | null;
  /** The HTTP status of the answer, or null when none was given. */
  status: number | null;
  /** The error code of the answer. */
  code: number | null;
  /** The fault that befell it. */
  fault: string | null;
  durationMs: number;
}

/** What really happened, for checkers. */
export class Ledger {
  readonly sends: AcceptedSend[] = [];
  readonly calls: GraphCallRecord[] = [];

  accept(send: Omit<AcceptedSend, 'id'>): AcceptedSend {
    const accepted = { id: this.sends.length + 1, ...send };
    this.sends.push(accepted);
    return accepted;
  }

  open(call: Omit<GraphCallRecord, 'id' | 'at' | 'status' | 'code' | 'fault' | 'durationMs'>): GraphCallRecord {
    const record = { id: this.calls.length + 1, at: Date.now(), status: null, code: null, fault: null, durationMs: 0 };
    const opened: GraphCallRecord = { ...record, ...call };
    this.calls.push(opened);
    return opened;
  }

  /** Forgets all that happened so far. */
  clear(): void {
    this.sends.length = 0;
    this.calls.length = 0;
  }
}
