import { createHash } from 'node:crypto';
import type { Clock } from '#libs/clock';
import type { Random } from '../random.js';
import type { Subscriber } from '../webhooks/event.js';
import { hashedDigits } from '../world/ids.js';
import type { Login, Person } from '../world/types.js';

/** Fields that an app can have webhooks of; which of them it wants is set for the app, not for a business. */
export const WHATSAPP_FIELDS = [
  'messages',
  'smb_message_echoes',
  'smb_app_state_sync',
  'history',
  'account_update',
  'account_alerts',
  'phone_number_quality_update',
  'message_template_status_update',
  'message_template_quality_update',
  'template_category_update',
  'user_preferences',
  'security',
  'standby',
  'messaging_handovers',
  'calls',
] as const;

/** A WhatsApp business account. */
export interface WhatsAppBusiness extends Subscriber {
  wabaId: string;
  name: string;
  numbers: WhatsAppNumber[];
}

/** One of its phone numbers: what a server connects. */
export interface WhatsAppNumber {
  /** What webhooks carry. */
  phoneNumberId: string;
  /** Digits. */
  phone: string;
  business: WhatsAppBusiness;
  /** Also used in the phone's app (coexistence). */
  isOnBizApp: boolean;
  isRegistered: boolean;
  /** Of a test number: the only people it may write to. */
  recipients?: ReadonlySet<string>;
}

/** What a person is to WhatsApp. All but the name may change. */
export interface WhatsAppPerson {
  person: Person;
  /** Digits. */
  phone: string;
  /** Has a username, and no number is told of them. */
  hidesNumber: boolean;
  /** Has no WhatsApp, or blocked the business: nothing reaches them. */
  isReachable: boolean;
}

export interface WhatsAppMessage {
  wamid: string;
  /** Milliseconds by the sandbox's clock. */
  at: number;
  from: 'customer' | 'business';
  via: 'customer' | 'api' | 'phone_app';
  type: string;
  /** What stands under the type's name. */
  content: Record<string, unknown>;
  /** The message it answers. */
  context?: { id: string };
  /** `biz_opaque_callback_data` of a send. */
  callbackData?: string;
  /** What became of a message of the business. */
  state?: 'sent' | 'delivered' | 'read' | 'failed';
  unsent: boolean;
  reactions: { by: 'customer' | 'business'; emoji: string }[];
  /** Of a message of a person: whether the business has marked it as read. */
  isSeen: boolean;
}

/** What one person and one number wrote to each other. */
export interface WhatsAppChat {
  number: WhatsAppNumber;
  someone: WhatsAppPerson;
  messages: WhatsAppMessage[];
  /** Of the person's last message or call: opens the window. */
  lastInboundAt: number | null;
  businessTyping: boolean;
}

export interface NewBusiness {
  wabaId?: string;
  name: string;
  numbers: { phoneNumberId?: string; phone?: string; isOnBizApp?: boolean; recipients?: string[] }[];
}

/** A file that lies with WhatsApp for a while. */
export interface WhatsAppMedia {
  id: string;
  number: WhatsAppNumber;
  mimeType: string;
  bytes: Buffer;
}

/** As {@link WhatsAppWorld.written} gives it: ids in the place of objects. Files are not kept. */
export interface WrittenWhatsApp {
  businesses: { wabaId: string; fields: string[]; registered: string[] }[];
  people: (Omit<WhatsAppPerson, 'person'> & { username: string })[];
  chats: (Omit<WhatsAppChat, 'number' | 'someone'> & { number: string; username: string })[];
}

/** The facts of WhatsApp: businesses, numbers, chats, files. It has no rules. */
export class WhatsAppWorld {
  readonly businesses: WhatsAppBusiness[] = [];
  /** Fields that the app's webhook is set to in Meta's dashboard. */
  readonly appFields = new Set<string>(WHATSAPP_FIELDS);
  readonly media = new Map<string, WhatsAppMedia>();
  private readonly people = new Map<string, WhatsAppPerson>();
  private readonly chats = new Map<string, WhatsAppChat>();
  private readonly byWamid = new Map<string, { chat: WhatsAppChat; message: WhatsAppMessage }>();
  private lastAt = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  addBusiness({ name, wabaId = `1045${hashedDigits(`waba:${name}`, 11)}`, numbers }: NewBusiness): WhatsAppBusiness {
    const subscriptions: Record<Login, Set<string>> = { instagram: new Set(), facebook: new Set() };
    const business: WhatsAppBusiness = { wabaId, name, username: name, subscriptions, numbers: [] };
    for (const [index, made] of numbers.entries()) {
      const { isOnBizApp = false, recipients } = made;
      business.numbers.push({
        phoneNumberId: made.phoneNumberId ?? `1056${hashedDigits(`number:${wabaId}:${index}`, 11)}`,
        phone: made.phone ?? `1555${hashedDigits(`phone:${wabaId}:${index}`, 7)}`,
        business,
        isOnBizApp,
        isRegistered: isOnBizApp,
        ...(recipients && { recipients: new Set(recipients) }),
      });
    }
    this.businesses.push(business);
    return business;
  }

  findBusiness(wabaId: string): WhatsAppBusiness | undefined {
    return this.businesses.find((one) => one.wabaId === wabaId);
  }

  findNumber(phoneNumberId: string): WhatsAppNumber | undefined {
    return this.businesses.flatMap(({ numbers }) => numbers).find((one) => one.phoneNumberId === phoneNumberId);
  }

  /** What a person is to WhatsApp, from the first time anybody asks. */
  of(person: Person): WhatsAppPerson {
    const known = this.people.get(person.username);
    if (known) return known;
    const phone = `4915${hashedDigits(`wa:${person.username}`, 9)}`;
    const made: WhatsAppPerson = { person, phone, hidesNumber: false, isReachable: true };
    this.people.set(person.username, made);
    return made;
  }

  /** By number or by the id that the business sees. */
  findPerson(id: string, business: WhatsAppBusiness): WhatsAppPerson | undefined {
    return [...this.people.values()].find((one) => one.phone === id || bsuidOf(one, business) === id);
  }

  chat(number: WhatsAppNumber, someone: WhatsAppPerson): WhatsAppChat {
    const key = `${number.phoneNumberId}:${someone.person.username}`;
    const known = this.chats.get(key);
    if (known) return known;
    const chat: WhatsAppChat = { number, someone, messages: [], lastInboundAt: null, businessTyping: false };
    this.chats.set(key, chat);
    return chat;
  }

  /** A message of this chat; every one has a time of its own. */
  add(
    chat: WhatsAppChat,
    made: Pick<WhatsAppMessage, 'from' | 'via' | 'type' | 'content'> & Partial<WhatsAppMessage>,
  ): WhatsAppMessage {
    const wamid = this.newWamid(chat);
    const message: WhatsAppMessage = { unsent: false, reactions: [], isSeen: false, ...made, wamid, at: this.tick() };
    chat.messages.push(message);
    this.byWamid.set(wamid, { chat, message });
    if (message.from === 'customer') chat.lastInboundAt = message.at;
    else chat.businessTyping = false;
    return message;
  }

  find(wamid: string): { chat: WhatsAppChat; message: WhatsAppMessage } | undefined {
    return this.byWamid.get(wamid);
  }

  addMedia(number: WhatsAppNumber, mimeType: string, bytes: Buffer): WhatsAppMedia {
    const media: WhatsAppMedia = { id: `259${this.random.digits(13)}`, number, mimeType, bytes };
    this.media.set(media.id, media);
    return media;
  }

  /** Everything that happens has an id, and the person's number stands in it. */
  newWamid({ someone }: WhatsAppChat): string {
    const random = createHash('sha256').update(this.random.digits(20)).digest('hex').slice(0, 20).toUpperCase();
    return `wamid.${Buffer.from(`\u001d\u0016\b\u000b${someone.phone}\u0015\u0002${random}`).toString('base64')}`;
  }

  /** What is to be known again after a restart. */
  written(): WrittenWhatsApp {
    return {
      businesses: this.businesses.map(({ wabaId, subscriptions, numbers }) => ({
        wabaId,
        fields: [...subscriptions.facebook],
        registered: numbers.filter((one) => one.isRegistered).map((one) => one.phoneNumberId),
      })),
      people: [...this.people.values()].map(({ person, ...facts }) => ({ ...facts, username: person.username })),
      chats: [...this.chats.values()].map(({ number, someone, ...facts }) => ({
        ...facts,
        number: number.phoneNumberId,
        username: someone.person.username,
      })),
    };
  }

  /** Puts back what belongs to businesses and people that are there by now. */
  recall({ businesses, people, chats }: WrittenWhatsApp): void {
    for (const { wabaId, fields, registered } of businesses) {
      const business = this.findBusiness(wabaId);
      if (!business) continue;
      business.subscriptions.facebook = new Set(fields);
      for (const number of business.numbers) number.isRegistered = registered.includes(number.phoneNumberId);
    }
    for (const { username, ...facts } of people) {
      const known = this.people.get(username);
      if (known) Object.assign(known, facts);
    }
    for (const { number: id, username, ...facts } of chats) {
      const [number, someone] = [this.findNumber(id), this.people.get(username)];
      if (!number || !someone) continue;
      const chat = Object.assign(this.chat(number, someone), facts);
      for (const message of chat.messages) this.byWamid.set(message.wamid, { chat, message });
    }
  }

  tick(): number {
    this.lastAt = Math.max(this.clock.now(), this.lastAt + 1);
    return this.lastAt;
  }
}

/** The id under which a business sees a person. It changes with their number. */
export function bsuidOf({ phone }: WhatsAppPerson, { wabaId }: WhatsAppBusiness): string {
  return `US.${hashedDigits(`bsuid:${wabaId}:${phone}`, 20)}`;
}
