import type { GraphContext } from '../graph/graph-call.js';
import type { Delivery } from '../webhooks/delivery.js';
import type { Subscriber, WebhookEvent } from '../webhooks/event.js';
import { messageEvent } from '../webhooks/event.js';
import type { Conversation, Login, Message } from '../world/types.js';
import type { NewMessage } from '../world/world.js';

/** What somebody did, and the webhooks it caused. */
export interface Happened {
  /** The message's id as the subscribed login sees it; null where nothing has an id. */
  mid: string | null;
  mids: Record<Login, string> | null;
  message: Message | null;
  /** One per subscribed login; none yet while events are collected for a batch. */
  deliveries: Delivery[];
  /** Resolves when every delivery is settled. */
  delivered: Promise<Delivery[]>;
}

export interface Quietly {
  /** False: it happens, but Meta's webhook gets lost, as in an outage. */
  webhook?: boolean;
}

/** Lets things happen in a conversation: to the world's facts, to watchers and to the webhooks alike. */
export class Stage {
  constructor(readonly context: GraphContext) {}

  /** A message, and the webhook that tells of it. */
  say(
    conversation: Conversation,
    made: NewMessage,
    { webhook = true, event }: Quietly & { event?: (message: Message) => WebhookEvent } = {},
  ): Happened {
    const message = this.context.world.addMessage(conversation, made);
    this.show(conversation, message);
    return this.tell(event?.(message) ?? messageEvent(conversation, message), message, webhook);
  }

  /** An event about `message`, or about no message at all. */
  tell(event: WebhookEvent, message: Message | null, webhook = true): Happened {
    const deliveries = webhook ? this.context.webhooks.emit(event) : [];
    const login = midLogin(event.account);
    return {
      mid: message ? message.mids[login] : null,
      mids: message?.mids ?? null,
      message,
      deliveries,
      delivered: Promise.all(deliveries.map(({ settled }) => settled)),
    };
  }

  /** Shows a message, or its change, to watchers. */
  show({ account, person, channel }: Conversation, message: Message): void {
    this.context.live.tell({ kind: 'message', channel, account: account.igId, customer: person.username, message });
  }

  /** @throws {Error} when the conversation has no such message */
  messageIn(conversation: Conversation, which: string | Message): Message {
    const message =
      typeof which === 'string'
        ? conversation.messages.find((one) => one.mids.instagram === which || one.mids.facebook === which)
        : which;
    if (!message) throw new Error(`${conversation.person.username} has no such message here: ${which as string}`);
    return message;
  }
}

/** The login whose mids a test means: the one that gets webhooks, Instagram's when both or none do. */
function midLogin(account: Subscriber): Login {
  const onlyPage = account.subscriptions.instagram.size === 0 && account.subscriptions.facebook.size > 0;
  return onlyPage ? 'facebook' : 'instagram';
}
