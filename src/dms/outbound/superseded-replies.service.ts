import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { wasTakenOverSince, type Conversation } from '../../conversations/index.js';
import type { DmRecord } from '../dm.schema.js';

/** Why the agent would not answer this person now; `undefined` when it would. */
export type SuppressionCheck = (dm: DmRecord) => Promise<string | undefined>;

/** A younger reply is sent by whoever has just asked all this, in the transaction that queued it. */
const freshMs = 5_000;

/**
 * Replies of the agent's that were overtaken while they waited, for a limit or a token: by a person who answered, or by
 * what has silenced the agent since. The agent's room knows the rules and registers them, at module init.
 */
@Injectable()
export class SupersededRepliesService {
  private readonly silences: SuppressionCheck[] = [];

  constructor(private readonly clock: Clock) {}

  register(silence: SuppressionCheck): void {
    this.silences.push(silence);
  }

  /** @returns the sentence that says by what; `undefined` when it may go out */
  async reasonFor(dm: DmRecord, conversation: Conversation): Promise<string | undefined> {
    if (dm.source !== 'agent' || !beginsReply(dm)) return undefined;
    if (wasTakenOverSince(conversation, dm.created_at))
      return 'Somebody took the conversation over before it was sent.';
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
