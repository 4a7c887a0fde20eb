import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '#libs/sandbox';
import type { ChaosOptions } from './options.js';
import type { People } from './people.js';
import type { ChaosStack } from './stack.js';

/** A message that somebody at a dashboard sends, again and again under one key until it is answered for. */
export interface DeskSend {
  mark: string;
  conversation: { recipientId: string; accountId: string };
  tries: number;
  /** The last answer's status; null when there never was one. */
  status: number | null;
}

/** What people at dashboards do meanwhile: they send, with an Idempotency-Key, and mark conversations read. */
export class Desk {
  readonly sends: DeskSend[] = [];
  private readonly random: Random;
  private readonly working = new Set<Promise<unknown>>();
  private open = true;

  constructor(
    private readonly stack: ChaosStack,
    private readonly people: People,
    { seed }: ChaosOptions,
  ) {
    this.random = new Random(seed + 77);
  }

  async work(everyMs: number): Promise<void> {
    while (this.open) {
      await delay(everyMs);
      // Whoever is answered by hand is a person's from then on: the agent keeps out.
      const busy = this.people.threads.filter(({ notes, withPerson }) => notes.length > 1 && withPerson);
      const thread = busy[this.random.below(Math.max(1, busy.length))];
      if (!thread) continue;
      const conversation = {
        recipientId: thread.phone.id,
        accountId: thread.account.id,
      };
      this.start(this.random.chance(0.6) ? this.send(conversation) : this.markRead(conversation));
    }
  }

  async close(): Promise<void> {
    this.open = false;
    await Promise.all(this.working);
  }

  private start(work: Promise<unknown>): void {
    const tracked = work.finally(() => this.working.delete(tracked));
    this.working.add(tracked);
  }

  private async send(conversation: DeskSend['conversation']): Promise<void> {
    const mark = `d${String(this.sends.length + 1).padStart(6, '0')}`;
    const send: DeskSend = { mark, conversation, tries: 0, status: null };
    this.sends.push(send);
    const body = {
      recipient_id: conversation.recipientId,
      platform_account_id: conversation.accountId,
      message_text: `From the desk, ${mark}`,
    };
    while (send.tries < 25) {
      send.tries++;
      const answer = await this.stack.call('POST', '/messages/send', body, { 'idempotency-key': mark });
      if (answer) send.status = answer.status;
      // 202: on its way, or not known yet. Asking again under the same key must never send a second one.
      if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 202) return;
      await delay(400);
    }
  }

  private async markRead({ recipientId }: DeskSend['conversation']): Promise<void> {
    const list = await this.stack.call('GET', '/inbox/conversations?unread=true&limit=20');
    const conversations = (list?.body['conversations'] ?? []) as { id: string }[];
    const chosen = conversations[Number(recipientId.slice(-2)) % Math.max(1, conversations.length)];
    if (chosen) await this.stack.call('PATCH', `/inbox/conversations/${chosen.id}`, { read: true });
  }
}
