import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { Conversation } from '../../conversations/index.js';
import type { DmRecord } from '../dm.schema.js';

/** Why the agent would not answer this person now; `undefined` when it would. */
export type Silence = (dm: DmRecord) => Promise<string | undefined>;

/** A younger reply is sent by whoever has just asked all this, in the transaction that queued it. */
const freshMs = 5_000;

/**
 * Replies of the agent's that were overtaken while they waited, for a limit or a token: by a person who answered, or by
 * what has silenced the agent since. The agent's room knows the rules and registers them, at module init.
 */
@Injectable()
export class SupersededReplies {
  private readonly silences: Silence[] = [];

  constructor(private readonly clock: Clock) {}

  register(silence: Silence): void {
    this.silences.push(silence);
  }

  /** @returns the sentence that says by what; `undefined` when it may go out */
  async reasonFor(dm: DmRecord, conversation: Conversation): Promise<string | undefined> {
    if (dm.source !== 'agent' || !beginsReply(dm)) return undefined;
    if (wasTakenOver(dm, conversation)) return 'Somebody took the conversation over before it was sent.';
    if (this.clock.now() - dm.created_at.getTime() < freshMs) return undefined;
    for (const silence of this.silences) {
      const reason = await silence(dm);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
}

/** What was begun is finished: half an answer would be worse than a late one. */
function beginsReply({ send_key: key }: DmRecord): boolean {
  return key?.endsWith(':0') ?? true;
}

/**
 * No pause held when it was queued, so one that ends later has begun since, be it over by now. What is told to a customer
 * who asked for a person is queued with that very pause.
 */
function wasTakenOver({ created_at: queuedAt }: DmRecord, conversation: Conversation): boolean {
  const { agent_paused_until: until, agent_paused_reason: reason } = conversation;
  return (until?.getTime() ?? 0) > queuedAt.getTime() && reason !== 'customer_request';
}
