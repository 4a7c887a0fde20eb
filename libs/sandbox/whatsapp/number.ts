import type { GraphContext } from '../graph/graph-call.js';
import type { Happened } from '../people/stage.js';
import { numberEvent, phoneEchoEvent } from './events.js';
import type { WhatsAppContact } from './contact.js';
import { happened } from './happened.js';
import { show } from './whatsapp.routes.js';
import type { WhatsAppNumber } from './whatsapp-world.js';

/** A business's number: what its owner does on the phone and in Meta's settings. */
export class SandboxNumber {
  constructor(
    readonly facts: WhatsAppNumber,
    /** A system user's: it does not run out. */
    readonly accessToken: string,
    private readonly context: GraphContext,
  ) {}

  /** What webhooks carry. */
  get phoneNumberId(): string {
    return this.facts.phoneNumberId;
  }

  get wabaId(): string {
    return this.facts.business.wabaId;
  }

  get phone(): string {
    return this.facts.phone;
  }

  /** The app's fields of today for all numbers of the business, as if connected already. */
  subscribe(): void {
    this.facts.business.subscriptions.facebook = new Set(this.context.whatsapp.world.appFields);
    this.facts.isRegistered = true;
  }

  unsubscribe(): void {
    this.facts.business.subscriptions.facebook.clear();
  }

  /**
   * A person answers in the phone's app.
   * @throws {Error} for a number that no phone uses
   */
  replyFromPhone(contact: WhatsAppContact, text: string): Happened {
    if (!this.facts.isOnBizApp) throw new Error(`${this.phone} is not used in the phone's app`);
    const chat = contact.chatWith(this);
    const made = { from: 'business', via: 'phone_app', type: 'text', content: { body: text } } as const;
    const message = this.context.whatsapp.world.add(chat, made);
    show(this.context, chat, message);
    return happened(message.wamid, this.context.webhooks.emit(phoneEchoEvent(chat, message)));
  }

  /** A notice about the number or its account, in Meta's words. */
  notice(field: string, value: Record<string, unknown>): Happened {
    const at = this.context.whatsapp.world.tick();
    return happened(null, this.context.webhooks.emit(numberEvent(this.facts, field, at, value)));
  }
}
