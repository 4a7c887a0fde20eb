import type {
  Happened,
  Message,
  Sandbox,
  SandboxAccount,
  SandboxCustomer,
  SandboxNumber,
  WhatsAppContact,
  WhatsAppMessage,
} from '#libs/sandbox';

export const chaosChannels = ['instagram', 'messenger', 'whatsapp'] as const;
export type ChaosChannel = (typeof chaosChannels)[number];

/** A message as both of its sides see it now. */
export interface Seen {
  mid: string;
  text?: string;
  payload?: string;
  /** Who wrote it, and how. */
  via: string;
  /** Sandbox time, ms. */
  at: number;
  unsent: boolean;
  /** What the person put under it. */
  emoji?: string;
}

/** What a person can do on their phone, on whichever channel; what a channel has not is absent. */
export interface Phone {
  /** The person, as the account knows them. */
  readonly id: string;
  messages(): Seen[];
  sendText(text: string): Happened;
  /** @param name of the picture's file, where the channel shows one */
  sendPicture(name: string, text?: string): Happened;
  tapButton?(title: string, payload: string): Happened;
  tapIceBreaker?(title: string, payload: string): Happened;
  tapQuickReply?(title: string, payload: string): Happened;
  replyToStory?(text: string): Happened;
  sendLike?(): Happened;
  react(mid: string, emoji: string): Happened;
  /** Absent where two reactions of one second can't be told apart. */
  unreact?(mid: string): Happened;
  /** Nothing when there is nothing to be read. */
  markRead(): Happened | null;
  edit(mid: string, text: string): Happened;
  unsend(mid: string): Happened;
  /** A person of the shop answers past the server. */
  answeredByPerson(text: string): Happened;
}

/** Instagram, or the account's Page. */
export class MetaPhone implements Phone {
  readonly replyToStory?: (text: string) => Happened;
  readonly sendLike?: () => Happened;
  private readonly seen = new Map<Message, Seen>();
  private readonly to: { to: SandboxAccount };

  constructor(
    private readonly customer: SandboxCustomer,
    private readonly account: SandboxAccount,
    private readonly sandbox: Sandbox,
  ) {
    this.to = { to: account };
    if (customer.channel !== 'instagram') return;
    this.replyToStory = (text) => customer.replyToStory(text, this.to);
    this.sendLike = () => customer.sendLike(this.to);
  }

  get id(): string {
    return this.customer.idFor(this.account, this.customer.channel === 'messenger' ? 'facebook' : 'instagram');
  }

  messages(): Seen[] {
    return this.customer.messages(this.account).map((message) => this.seenOf(message));
  }

  sendText(text: string): Happened {
    return this.customer.sendText(text, this.to);
  }

  sendPicture(name: string, text?: string): Happened {
    return this.customer.sendPicture(`${this.sandbox.url}/media/${name}.png`, { ...this.to, ...(text === undefined ? {} : { text }) }); // prettier-ignore
  }

  tapButton(title: string, payload: string): Happened {
    return this.customer.tapButton({ title, payload }, this.to);
  }

  tapIceBreaker(title: string, payload: string): Happened {
    return this.customer.tapIceBreaker({ title, payload }, this.to);
  }

  tapQuickReply(title: string, payload: string): Happened {
    return this.customer.tapQuickReply({ title, payload }, this.to);
  }

  react(mid: string, emoji: string): Happened {
    return this.customer.react(mid, { ...this.to, emoji });
  }

  unreact(mid: string): Happened {
    return this.customer.unreact(mid, this.to);
  }

  markRead(): Happened | null {
    return this.customer.markRead(this.to);
  }

  edit(mid: string, text: string): Happened {
    return this.customer.edit(mid, text, this.to);
  }

  unsend(mid: string): Happened {
    return this.customer.unsend(mid, this.to);
  }

  answeredByPerson(text: string): Happened {
    return this.account.replyFromInstagramApp(this.customer, text);
  }

  private seenOf(message: Message): Seen {
    const known = this.seen.get(message);
    if (known) return known;
    const { mids, via, at, payload } = message;
    const seen: Seen = {
      ...{ mid: mids.instagram, via, at, payload },
      get text() {
        return message.text;
      },
      get unsent() {
        return message.unsent;
      },
      get emoji() {
        return message.reactions.find(({ by }) => by === 'customer')?.emoji;
      },
    };
    this.seen.set(message, seen);
    return seen;
  }
}

/** WhatsApp, to a number that the shop's phone uses, too: else nothing is told of edits and of what is taken back. */
export class WhatsAppPhone implements Phone {
  private readonly seen = new Map<WhatsAppMessage, Seen>();
  private readonly to: { to: SandboxNumber };

  constructor(
    private readonly contact: WhatsAppContact,
    private readonly number: SandboxNumber,
  ) {
    this.to = { to: number };
  }

  get id(): string {
    return this.contact.phone;
  }

  messages(): Seen[] {
    return this.contact.messages(this.number).map((message) => this.seenOf(message));
  }

  sendText(text: string): Happened {
    return this.contact.sendText(text, this.to);
  }

  sendPicture(_name: string, text?: string): Happened {
    return this.contact.sendPicture(text, this.to);
  }

  react(mid: string, emoji: string): Happened {
    return this.contact.react(mid, emoji, this.to);
  }

  markRead(): Happened | null {
    this.contact.markRead(this.number);
    return null;
  }

  edit(mid: string, text: string): Happened {
    return this.contact.edit(mid, text, this.to);
  }

  unsend(mid: string): Happened {
    return this.contact.revoke(mid, this.to);
  }

  answeredByPerson(text: string): Happened {
    return this.number.replyFromPhone(this.contact, text);
  }

  private seenOf(message: WhatsAppMessage): Seen {
    const known = this.seen.get(message);
    if (known) return known;
    const { wamid, via, at } = message;
    const seen: Seen = {
      ...{ mid: wamid, via, at },
      get text() {
        const { body, caption } = message.content;
        return (body ?? caption) as string | undefined;
      },
      get unsent() {
        return message.unsent;
      },
      get emoji() {
        return message.reactions.find(({ by }) => by === 'customer')?.emoji;
      },
    };
    this.seen.set(message, seen);
    return seen;
  }
}
