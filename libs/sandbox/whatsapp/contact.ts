import { createHash } from 'node:crypto';
import type { GraphContext } from '../graph/graph-call.js';
import { photoPng, voiceWav } from '../media.js';
import type { Happened, Quietly } from '../people/stage.js';
import { messageEvent, systemEvent } from './events.js';
import { happened } from './happened.js';
import type { SandboxNumber } from './number.js';
import { choicesOf, idOf, mediaUrl, show } from './whatsapp.routes.js';
import { bsuidOf } from './whatsapp-world.js';
import type { WhatsAppChat, WhatsAppMessage, WhatsAppPerson } from './whatsapp-world.js';

export interface Writing extends Quietly {
  /** Which number they write to; the sandbox's first when left out. */
  to?: SandboxNumber;
  /** The message they reply to: its wamid. */
  replyTo?: string;
}

/** A person on WhatsApp, and what they can do to a business. Each action causes Meta's signed webhook. */
export class WhatsAppContact {
  constructor(
    readonly facts: WhatsAppPerson,
    private readonly context: GraphContext,
    private readonly firstNumber: () => SandboxNumber,
  ) {}

  /** Their id as the first number knows it: the number, or the id in its place. */
  get id(): string {
    return idOf(this.chatWith());
  }

  get phone(): string {
    return this.facts.phone;
  }

  /** All messages between the two, oldest first. */
  messages(number?: SandboxNumber): WhatsAppMessage[] {
    return this.chatWith(number).messages;
  }

  sendText(text: string, writing: Writing = {}): Happened {
    return this.say('text', { body: text }, writing);
  }

  sendPicture(caption?: string, writing: Writing = {}): Happened {
    const picture = this.upload('image/png', photoPng('candle.png'), writing);
    return this.say('image', { ...picture, ...(caption !== undefined && { caption }) }, writing);
  }

  sendVoice(writing: Writing = {}): Happened {
    return this.say('audio', { ...this.upload('audio/ogg; codecs=opus', voiceWav(), writing), voice: true }, writing);
  }

  sendLocation(latitude: number, longitude: number, writing: Writing = {}): Happened {
    return this.say('location', { latitude, longitude }, writing);
  }

  /** Something that the Cloud API has no form for. */
  sendUnsupported(writing: Writing = {}): Happened {
    return this.say('unsupported', { type: 'poll' }, writing);
  }

  /** Taps a button, or picks a row, of the business's last message that has any. */
  tapChoice(title: string, writing: Writing = {}): Happened {
    const offers = this.messages(writing.to).filter(({ from }) => from === 'business');
    const offer = offers.findLast(({ content }) => choicesOf(content).some((choice) => choice.title === title));
    const choice = offer && choicesOf(offer.content).find((one) => one.title === title);
    if (!choice) throw new Error(`No choice "${title}" is offered`);
    const type = choice.isRow ? 'list_reply' : 'button_reply';
    const reply = { id: choice.id, title };
    return this.say('interactive', { type, [type]: reply }, { ...writing, replyTo: offer.wamid });
  }

  react(wamid: string, emoji = '❤️', writing: Writing = {}): Happened {
    return this.reaction(wamid, { emoji }, writing);
  }

  /** WhatsApp leaves the emoji out, or empty. */
  unreact(wamid: string, writing: Writing = {}): Happened {
    return this.reaction(wamid, {}, writing);
  }

  /** Opens the chat: all that reached them is read, and a status tells so of each message. */
  markRead(number?: SandboxNumber): void {
    const chat = this.chatWith(number);
    const unread = chat.messages.filter(
      ({ from, state }) => from === 'business' && (state === 'sent' || state === 'delivered'),
    );
    for (const message of unread) this.context.whatsapp.statuses.read(chat, message);
  }

  /** From now on the business is told no number of theirs. */
  takeUsername(): void {
    this.facts.hidesNumber = true;
  }

  /** They have another number, and with it another id. */
  changeNumber(phone: string, { to, webhook }: Writing = {}): Happened {
    const chat = this.chatWith(to);
    const { business } = chat.number;
    const before = { id: idOf(chat), user: bsuidOf(this.facts, business) };
    const { world } = this.context.whatsapp;
    const name = this.facts.person.name ?? this.facts.person.username;
    const now = { ...this.facts, phone };
    const system = {
      body: `User ${name} changed from ${before.id} to ${phone}`,
      type: 'user_changed_number',
      wa_id: phone,
      user_id: bsuidOf(now, business),
      previous_user_id: before.user,
    };
    const event = systemEvent(chat, world.newWamid(chat), world.tick(), system);
    this.facts.phone = phone;
    return happened(null, webhook === false ? [] : this.context.webhooks.emit(event));
  }

  /** Takes a message back: told of numbers that the phone's app uses, too, and of no others. */
  revoke(wamid: string, writing: Writing = {}): Happened {
    const { message, chat } = this.messageOf(wamid);
    message.unsent = true;
    show(this.context, chat, message);
    if (!chat.number.isOnBizApp) return happened(wamid, []);
    return this.say('revoke', { original_message_id: wamid }, writing, true);
  }

  /** Changes a message. Plain numbers get no more than that there was something. */
  edit(wamid: string, text: string, writing: Writing = {}): Happened {
    const { message, chat } = this.messageOf(wamid);
    message.content = { body: text };
    show(this.context, chat, message);
    if (!chat.number.isOnBizApp) return this.say('unsupported', { type: 'edit' }, writing, true);
    const edited = { type: 'text', text: { body: text } };
    return this.say('edit', { original_message_id: wamid, message: edited }, writing, true);
  }

  /** The chat of the two, begun when there was none. */
  chatWith(number: SandboxNumber = this.firstNumber()): WhatsAppChat {
    return this.context.whatsapp.world.chat(number.facts, this.facts);
  }

  private reaction(wamid: string, { emoji }: { emoji?: string }, writing: Writing): Happened {
    const { message, chat } = this.messageOf(wamid);
    message.reactions = emoji === undefined ? [] : [{ by: 'customer', emoji }];
    show(this.context, chat, message);
    return this.say('reaction', { message_id: wamid, ...(emoji !== undefined && { emoji }) }, writing, true);
  }

  /** @param isAbout it is about another message, and nothing to be shown by itself */
  private say(
    type: string,
    content: Record<string, unknown>,
    { to, replyTo, webhook }: Writing,
    isAbout = false,
  ): Happened {
    const chat = this.chatWith(to);
    const { world } = this.context.whatsapp;
    const context = replyTo === undefined ? {} : { context: { id: replyTo } };
    const said = { from: 'customer', via: 'customer', type, content, ...context } as const;
    const message = isAbout
      ? { ...said, wamid: world.newWamid(chat), at: world.tick(), unsent: false, reactions: [], isSeen: false }
      : world.add(chat, said);
    if (!isAbout) show(this.context, chat, message);
    const deliveries = webhook === false ? [] : this.context.webhooks.emit(messageEvent(chat, message));
    return happened(message.wamid, deliveries);
  }

  private messageOf(wamid: string): { chat: WhatsAppChat; message: WhatsAppMessage } {
    const found = this.context.whatsapp.world.find(wamid);
    if (found?.chat.someone !== this.facts) throw new Error(`There is no such message here: ${wamid}`);
    return found;
  }

  private upload(mimeType: string, bytes: Buffer, { to }: Writing): Record<string, unknown> {
    const { number } = this.chatWith(to);
    const { id } = this.context.whatsapp.world.addMedia(number, mimeType, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    const until = Math.floor(this.context.clock.now() / 1000) + 300;
    return { id, mime_type: mimeType, sha256, url: mediaUrl(this.context, id, until) };
  }
}
