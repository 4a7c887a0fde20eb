import { randomBytes } from 'node:crypto';
import { signBody } from '#libs/graph-api';

export interface BodyOptions {
  /** Account that the events are for: a professional account's id, a WhatsApp number's. */
  igId: string;
  /** Instagram when left out. */
  channel?: 'instagram' | 'whatsapp';
  /** Signs them: of the app that the channel's webhooks come from. */
  appSecret: string;
  eventsPerBody: number;
  /** Customers who take turns. */
  people: number;
  /** Id of the first of them. */
  firstPerson?: number;
}

export interface SignedBody {
  body: Buffer;
  signature: string;
}

export interface TextEvent {
  sender: { id: string };
  recipient: { id: string };
  timestamp: number;
  message: { mid: string; text: string };
}

const texts = [
  'Hello, are you open on Sunday?',
  'Do you ship the green one to Norway, and how long does it take?',
  'Thanks!',
  'I ordered the small pot last week and it has not arrived yet. My order number is 40127, could you have a look?',
];

/** What customers write, as Meta delivers it: mids as long as Meta's and never the same twice, really signed. */
export class Bodies {
  private readonly midStart = `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAxOjM0MDI4MjM2Njg0${randomBytes(12).toString('hex')}`;
  private count = 0;
  private ready: SignedBody[] = [];

  constructor(private readonly options: BodyOptions) {}

  /** Makes bodies before the clock runs. */
  prepare(count: number): void {
    this.ready = Array.from({ length: count }, () => this.make()).reverse();
  }

  /** One that was prepared; made on the spot when these have run out. */
  next(): SignedBody {
    return this.ready.pop() ?? this.make();
  }

  event(): TextEvent {
    const { igId, people, firstPerson = 6_000_000_000_000_000 } = this.options;
    const number = this.count++;
    return {
      sender: { id: String(firstPerson + (number % people)) },
      recipient: { id: igId },
      timestamp: Date.now(),
      message: { mid: `${this.midStart}${number}`, text: texts[number % texts.length] as string },
    };
  }

  private make(): SignedBody {
    const { channel, appSecret } = this.options;
    const body = Buffer.from(JSON.stringify(channel === 'whatsapp' ? this.whatsapp() : this.instagram()));
    return { body, signature: signBody(body, appSecret) };
  }

  private instagram(): object {
    const { igId, eventsPerBody } = this.options;
    const messaging = Array.from({ length: eventsPerBody }, () => this.event());
    return { object: 'instagram', entry: [{ id: igId, time: Date.now(), messaging }] };
  }

  /**
   * Of a body two fifths are what people write, one fifth what the owner answered on the phone, and two fifths the
   * statuses of these answers.
   */
  private whatsapp(): object {
    const { igId, eventsPerBody, people, firstPerson = 4_915_000_000_000 } = this.options;
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const changes: object[] = [];
    const add = (field: string, list: string, items: object[], contacts: object[] = []): void => {
      const metadata = { display_phone_number: '15550001234', phone_number_id: igId };
      const value = {
        messaging_product: 'whatsapp',
        metadata,
        ...(contacts.length > 0 && { contacts }),
        [list]: items,
      };
      if (items.length > 0) changes.push({ field, value });
    };
    const written = Math.max(1, Math.round(eventsPerBody * 0.4));
    const answered = Math.floor(eventsPerBody * 0.2);
    const said = Array.from({ length: written + answered }, () => {
      const number = this.count++;
      const text = { body: texts[number % texts.length] };
      return {
        id: `wamid.${this.midStart}${number}`,
        timestamp,
        type: 'text',
        text,
        who: String(firstPerson + (number % people)),
      };
    });
    const [inbound, outbound] = [said.slice(0, written), said.slice(written)];
    const contacts = inbound.map(({ who }) => ({ wa_id: who, profile: { name: `Person ${who.slice(-4)}` } }));
    add('messages', 'messages', inbound.map(({ who, ...rest }) => ({ from: who, ...rest })), contacts); // prettier-ignore
    add('smb_message_echoes', 'message_echoes', outbound.map(({ who, ...rest }) => ({ from: '15550001234', to: who, ...rest }))); // prettier-ignore
    const statuses = outbound.flatMap(({ id, who }) =>
      ['sent', 'delivered'].map((status) => ({ id, status, timestamp, recipient_id: who })),
    );
    add('messages', 'statuses', statuses.slice(0, eventsPerBody - said.length));
    return { object: 'whatsapp_business_account', entry: [{ id: '104500000000001', changes }] };
  }

  /** How many messages a body stores. */
  static messagesIn({ channel, eventsPerBody }: BodyOptions): number {
    if (channel !== 'whatsapp') return eventsPerBody;
    return Math.max(1, Math.round(eventsPerBody * 0.4)) + Math.floor(eventsPerBody * 0.2);
  }
}
