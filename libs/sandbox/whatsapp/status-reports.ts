import type { GraphRefusal } from '../graph/graph-error.js';
import type { LiveFeed } from '../live-feed.js';
import type { Random } from '../random.js';
import type { DeliveryEngine } from '../webhooks/delivery-engine.js';
import { statusEvent } from './events.js';
import type { StatusError } from './events.js';
import type { WhatsAppChat, WhatsAppMessage, WhatsAppWorld } from './whatsapp-world.js';

export interface StatusOptions {
  /** Each status comes within this long after the answer, whichever happened first: they overtake each other. */
  withinMs: number;
  /** Probability that one comes twice. */
  doubled: number;
  /** Whether people read at once what reaches them. */
  areRead: boolean;
  /** How Meta says what it can say in the answer, too: the window is over, the person is on no list. */
  refusals: 'status' | 'answer';
}

const RANK = ['sent', 'delivered', 'read'];

/** Tells what became of messages: after the answer, out of order, sometimes twice. */
export class StatusReports {
  options: StatusOptions = { withinMs: 60, doubled: 0.1, areRead: false, refusals: 'status' };
  private readonly pending = new Set<Promise<void>>();

  constructor(
    private readonly world: WhatsAppWorld,
    private readonly webhooks: DeliveryEngine,
    private readonly random: Random,
    private readonly live: LiveFeed,
  ) {}

  /** @param failure it never reaches the person; told after `sent` or instead of it */
  follow(
    chat: WhatsAppChat,
    message: WhatsAppMessage,
    failure: { error: GraphRefusal; afterSent: boolean } | null,
  ): void {
    const reached = this.options.areRead ? RANK : RANK.slice(0, 2);
    const states = failure ? [...(failure.afterSent ? ['sent'] : []), 'failed'] : reached;
    for (const state of states) this.report(chat, message, state, failure && state === 'failed' ? failure.error : null);
  }

  /** The person has opened the chat. */
  read(chat: WhatsAppChat, message: WhatsAppMessage): void {
    this.report(chat, message, 'read', null);
  }

  /** Resolves once nothing more will be told of what was sent so far. */
  async idle(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  private report(chat: WhatsAppChat, message: WhatsAppMessage, state: string, error: GraphRefusal | null): void {
    const at = this.world.tick();
    const isHigher = RANK.indexOf(state) > RANK.indexOf(message.state ?? '');
    if (state === 'failed' || isHigher) message.state = state as WhatsAppMessage['state'];
    const { number, someone } = chat;
    const who = { channel: 'whatsapp', account: number.phoneNumberId, customer: someone.person.username };
    this.live.tell({ kind: 'status', ...who, wamid: message.wamid, state });
    const event = statusEvent(chat, message, state, at, error ? told(error) : undefined);
    const copies = this.random.chance(this.options.doubled) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.soon(() => this.webhooks.emit(event));
  }

  private soon(action: () => void): void {
    const waiting = new Promise<void>((resolve) => {
      this.webhooks.later(this.options.withinMs > 0 ? this.random.below(this.options.withinMs) : 0, () => {
        action();
        resolve();
      });
    });
    this.pending.add(waiting);
    void waiting.finally(() => this.pending.delete(waiting));
  }
}

function told({ code, message, details }: GraphRefusal): StatusError {
  const title = message.replace(/^\(#\d+\) /, '');
  return { code, title, details: details ?? title };
}
