import { GRAPH_ERRORS } from './graph/graph-error.js';
import type { GraphErrorName, GraphRefusal } from './graph/graph-error.js';
import { Random } from './random.js';
import { WHATSAPP_ERRORS } from './whatsapp/whatsapp-errors.js';
import type { WhatsAppErrorName } from './whatsapp/whatsapp-errors.js';

/** The Graph stand-in's routes by what they do. */
export const GRAPH_ROUTES = [
  'send',
  'sender_action',
  'profile',
  'me',
  'accounts',
  'conversations',
  'messages',
  'message',
  'subscribe',
  'subscriptions',
  'unsubscribe',
  'token',
  'debug_token',
  'permissions',
  'numbers',
  'number',
  'media',
  'register',
] as const;

export type GraphRoute = (typeof GRAPH_ROUTES)[number];

/**
 * What goes wrong.
 * - `error`: refuses, having done nothing (or after acting, with `afterActing`: Meta does that with code 1/1357046)
 * - `latency`: answers late, and otherwise as always
 * - `refuse`: closes the connection without reading the request
 * - `timeout_after_acting`: does it and never answers
 * - `reset_after_acting`: does it and cuts the connection
 * - `drop_answer`: does it and answers 500 with something that isn't JSON
 * - `no_id`: does it and answers 200 without a message id
 * - `hang`: never answers, having done nothing
 * - `late_traces`: answers as always; what was sent shows later, see `showsAfterMs`
 * - `fails_later`: WhatsApp answers as always, and tells by a status that it failed, with `error`
 */
export type FaultMode =
  | 'error'
  | 'latency'
  | 'refuse'
  | 'timeout_after_acting'
  | 'reset_after_acting'
  | 'drop_answer'
  | 'no_id'
  | 'hang'
  | 'late_traces'
  | 'fails_later';

/** Modes that go together with any other. */
const besides: ReadonlySet<FaultMode> = new Set(['latency', 'late_traces', 'fails_later']);

export interface FaultSwitch {
  /** Which calls; `*` means all. */
  route: GraphRoute | '*';
  mode: FaultMode;
  /** Only for this account: its professional id, or a WhatsApp number's. */
  account?: string;
  /** Only sends to this id. */
  recipient?: string;
  /** How many matching calls to let through first. */
  skip?: number;
  /** How many calls it hits before it is spent; without it, until cleared. */
  count?: number;
  /** Probability per matching call, 0 to 1; 1 when left out. */
  rate?: number;
  /** Makes `rate` repeatable. */
  seed?: number;
  /** Modes `error` and `fails_later`: one of Meta's known refusals, or one in your own words. */
  error?: RefusalName | GraphRefusal;
  /** Mode `fails_later`: whether a `sent` comes before; it does when left out. */
  afterSent?: boolean;
  /** Mode `error`: answers with the error though it did what was asked. */
  afterActing?: boolean;
  /** Mode `error`: extra response headers, such as Meta's usage headers. */
  headers?: Record<string, string>;
  /** Mode `latency`: milliseconds before the call is looked at. */
  latencyMs?: number;
  /**
   * Any mode that sends: milliseconds by the sandbox's clock until the message has its echo and stands in its
   * conversation. A minute for `late_traces` when left out.
   */
  showsAfterMs?: number;
}

export interface ActiveFault extends FaultSwitch {
  id: number;
  /** Calls it has hit so far. */
  hits: number;
}

/** What is asked of a call before it is served. */
export interface FaultedCall {
  route: GraphRoute;
  accountId: string | null;
  recipient: string | null;
}

/** Meta's refusals that have a name here. */
export type RefusalName = GraphErrorName | WhatsAppErrorName;

const refusals: Readonly<Record<RefusalName, GraphRefusal>> = { ...GRAPH_ERRORS, ...WHATSAPP_ERRORS };

/** What Meta says. */
export function refusalOf(error: RefusalName | GraphRefusal): GraphRefusal {
  return typeof error === 'string' ? refusals[error] : error;
}

/** What becomes of a WhatsApp message that was accepted. */
export interface LateFailure {
  error: GraphRefusal;
  afterSent: boolean;
}

export interface Strike {
  latencyMs: number;
  /** How long what it sends does not show. */
  showsAfterMs: number;
  failsLater: LateFailure | null;
  fault: ActiveFault | null;
}

interface Armed {
  fault: ActiveFault;
  random: Random;
  left: number;
  skipLeft: number;
}

/** The fault switches: which calls to the Graph stand-in go wrong, and how. */
export class Faults {
  private armed: Armed[] = [];
  private lastId = 0;

  /** Throws a switch. */
  add(made: FaultSwitch): ActiveFault {
    if (typeof made.error === 'string' && !(made.error in refusals)) {
      throw new Error(`There is no error named ${made.error}; known: ${Object.keys(refusals).join(', ')}`);
    }
    const fault: ActiveFault = { ...made, id: ++this.lastId, hits: 0 };
    this.armed.push({
      fault,
      random: new Random(made.seed),
      left: made.count ?? Number.POSITIVE_INFINITY,
      skipLeft: made.skip ?? 0,
    });
    return fault;
  }

  /** Those not spent yet. */
  list(): ActiveFault[] {
    return this.armed.map(({ fault }) => fault);
  }

  /** Takes one back, or all. */
  clear(id?: number): void {
    this.armed = id === undefined ? [] : this.armed.filter(({ fault }) => fault.id !== id);
  }

  /** What befalls this call: any number of latencies and late traces, and at most one other fault. */
  strike(call: FaultedCall): Strike {
    const strike: Strike = { latencyMs: 0, showsAfterMs: 0, failsLater: null, fault: null };
    for (const one of this.armed) {
      const { fault } = one;
      if ((!besides.has(fault.mode) && strike.fault) || !matches(fault, call) || !hits(one)) continue;
      if (fault.mode === 'latency') strike.latencyMs += fault.latencyMs ?? 1_000;
      if (!besides.has(fault.mode)) strike.fault = fault;
      if (fault.mode === 'fails_later')
        strike.failsLater = { error: refusalOf(fault.error ?? 'undeliverable'), afterSent: fault.afterSent ?? true };
      const lateMs = fault.showsAfterMs ?? (fault.mode === 'late_traces' ? 60_000 : 0);
      strike.showsAfterMs = Math.max(strike.showsAfterMs, lateMs);
    }
    this.armed = this.armed.filter(({ left }) => left > 0);
    return strike;
  }
}

function matches(fault: FaultSwitch, call: FaultedCall): boolean {
  return (
    (fault.route === '*' || fault.route === call.route) &&
    (fault.account === undefined || fault.account === call.accountId) &&
    (fault.recipient === undefined || fault.recipient === call.recipient)
  );
}

function hits(armed: Armed): boolean {
  if (armed.skipLeft > 0) {
    armed.skipLeft--;
    return false;
  }
  if (!armed.random.chance(armed.fault.rate ?? 1)) return false;
  armed.left--;
  armed.fault.hits++;
  return true;
}
