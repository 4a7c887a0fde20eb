import { personIdOf } from '../world/ids.js';
import type { Attachment, Conversation, Login, Message, MetaChannel, Person } from '../world/types.js';
import { changeEvent, fromPerson, messageEvent, reactionEvent, readEvent, unsendEvent } from '../webhooks/event.js';
import type { SandboxAccount } from './account.js';
import type { Choice, Reacting, Saying, To } from './saying.js';
import type { Happened, Stage } from './stage.js';

/**
 * A person on Instagram, or on Messenger, and everything they can do to a business. Each action causes Meta's signed
 * webhook.
 */
export class SandboxCustomer {
  constructor(
    readonly person: Person,
    private readonly stage: Stage,
    private readonly firstAccount: () => SandboxAccount,
    readonly channel: MetaChannel = 'instagram',
  ) {}

  /** The same person on Messenger, where they write to the account's Page. */
  get onMessenger(): SandboxCustomer {
    return new SandboxCustomer(this.person, this.stage, this.firstAccount, 'messenger');
  }

  get username(): string {
    return this.person.username;
  }

  get name(): string | null {
    return this.person.name;
  }

  /** Their scoped id (IGSID over Instagram Login, PSID) at the first account. */
  get id(): string {
    return this.idFor();
  }

  /** Their scoped id as an account sees it through one of the logins. */
  idFor(account: SandboxAccount = this.firstAccount(), login: Login = 'instagram'): string {
    return personIdOf(this.conversation(account), login);
  }

  /** All messages between the two, oldest first. */
  messages(account: SandboxAccount = this.firstAccount()): Message[] {
    return this.conversation(account).messages;
  }

  sendText(text: string, saying: Saying = {}): Happened {
    return this.say({ text }, saying);
  }

  /** @param url where the picture lies; one of the sandbox's own when left out */
  sendPicture(url?: string, { text, ...saying }: Saying & { text?: string } = {}): Happened {
    const picture = { type: 'image', payload: { url: url ?? this.ownMedia('candle.png') } };
    return this.say({ attachments: [picture], ...(text !== undefined && { text }) }, saying);
  }

  sendAudio(url?: string, saying: Saying = {}): Happened {
    return this.say({ attachments: [{ type: 'audio', payload: { url: url ?? this.ownMedia('voice.wav') } }] }, saying);
  }

  sendAttachments(attachments: Attachment[], saying: Saying = {}): Happened {
    return this.say({ attachments }, saying);
  }

  /** A post of the business comes twice while Meta is between two forms: as `share` and as `ig_post`. */
  sharePost(mediaId = '18139494541428835', saying: Saying = {}): Happened {
    const url = this.ownMedia(`post-${mediaId}.png`);
    const payload = { ig_post_media_id: mediaId, title: 'New in the shop', url };
    return this.say({ attachments: ['share', 'ig_post'].map((type) => ({ type, payload })) }, saying);
  }

  /** The heart at the end of the text field: an attachment without a payload. */
  sendLike(saying: Saying = {}): Happened {
    return this.say({ attachments: [{ type: 'like_heart' }] }, saying);
  }

  /** A picture that vanishes once seen: Meta says only that there was one. */
  sendEphemeral(saying: Saying = {}): Happened {
    return this.say({ attachments: [{ type: 'ephemeral' }] }, saying);
  }

  sendUnsupported(saying: Saying = {}): Happened {
    return this.say({ unsupported: true }, saying);
  }

  mentionInStory(saying: Saying = {}): Happened {
    const payload = { url: this.ownMedia('story.png') };
    return this.say({ attachments: [{ type: 'story_mention', payload }] }, saying);
  }

  replyToStory(text: string, saying: Saying = {}): Happened {
    return this.say({ text, replyTo: { story: { id: '17900000000000042', url: this.ownMedia('story.png') } } }, saying);
  }

  /** Taps one of the quick replies under the business' last message. */
  tapQuickReply(choice: string | Choice, saying: Saying = {}): Happened {
    const offered = this.messages(saying.to).findLast((message) => message.quickReplies)?.quickReplies ?? [];
    const title = typeof choice === 'string' ? choice : choice.title;
    const payload =
      typeof choice === 'string' ? offered.find((reply) => reply.title === choice)?.payload : choice.payload;
    if (payload === undefined) throw new Error(`No quick reply "${title}" is offered`);
    return this.say({ text: title, payload }, saying);
  }

  /** Taps a button of a template or of the persistent menu. */
  tapButton({ title, payload }: Choice, saying: Saying = {}): Happened {
    return this.postback({ title, payload }, saying, true);
  }

  /** Taps an ice breaker, before anything was written: Meta's postback then has no mid. */
  tapIceBreaker({ title, payload }: Choice, saying: Saying = {}): Happened {
    return this.postback({ title, payload }, saying, false);
  }

  react(mid: string, { reaction = 'love', emoji = '\u2764\ufe0f', to, webhook }: Reacting = {}): Happened {
    const conversation = this.conversation(to);
    const message = this.stage.messageIn(conversation, mid);
    const made = { by: 'customer' as const, reaction, emoji };
    message.reactions = [...message.reactions.filter(({ by }) => by !== 'customer'), made];
    const at = this.act(conversation, message);
    return this.stage.tell(reactionEvent(conversation, message, at, made), message, webhook);
  }

  unreact(mid: string, { to, webhook }: To = {}): Happened {
    const conversation = this.conversation(to);
    const message = this.stage.messageIn(conversation, mid);
    message.reactions = message.reactions.filter(({ by }) => by !== 'customer');
    const at = this.act(conversation, message);
    return this.stage.tell(reactionEvent(conversation, message, at, null), message, webhook);
  }

  unsend(mid: string, { to, webhook }: To = {}): Happened {
    const conversation = this.conversation(to);
    const message = this.stage.messageIn(conversation, mid);
    message.unsent = true;
    const at = this.stage.context.world.tick(conversation);
    this.stage.show(conversation, message);
    return this.stage.tell(unsendEvent(conversation, message, at), message, webhook);
  }

  edit(mid: string, text: string, { to, webhook }: To = {}): Happened {
    const conversation = this.conversation(to);
    const message = this.stage.messageIn(conversation, mid);
    message.text = text;
    message.edits += 1;
    const at = this.act(conversation, message);
    const body = (login: Login) => ({ message_edit: { mid: message.mids[login], text, num_edit: message.edits } });
    return this.stage.tell(fromPerson(conversation, 'message_edit', at, body), message, webhook);
  }

  /** Opens the conversation: all the business wrote is seen. Without any such message, nothing happens. */
  markRead({ to, webhook }: To = {}): Happened | null {
    const conversation = this.conversation(to);
    const last = conversation.messages.findLast((message) => message.from === 'business');
    if (!last || last.at <= conversation.seenByPersonAt) return null;
    const at = this.stage.context.world.tick(conversation);
    conversation.seenByPersonAt = at;
    const { channel, account, person } = conversation;
    const live = { channel, account: account.igId, customer: person.username };
    this.stage.context.live.tell({ kind: 'seen', by: 'customer', at, ...live });
    return this.stage.tell(readEvent(conversation, last, at), last, webhook);
  }

  /** Comes through an ad or an ig.me link into a conversation that there is already. */
  followLink(referral: Record<string, unknown>, { to, webhook }: To = {}): Happened {
    return this.event('messaging_referral', { referral: { type: 'OPEN_THREAD', ...referral } }, to, webhook);
  }

  optIn(payload: string, { to, webhook }: To = {}): Happened {
    const optin = { type: 'notification_messages', payload, notification_messages_frequency: 'WEEKLY' };
    return this.event('messaging_optins', { optin }, to, webhook);
  }

  /** Comments on a post. @returns with the comment's id, which a private reply needs */
  comment(text: string, { to, webhook }: To = {}): Happened & { commentId: string } {
    const conversation = this.conversation(to);
    const comment = this.stage.context.world.addComment(conversation, text);
    const { id, mediaId, at } = comment;
    const event = changeEvent(conversation, 'comments', at, (login) => {
      const from = personIdOf(conversation, login);
      return this.channel === 'messenger'
        ? {
            item: 'comment',
            verb: 'add',
            comment_id: id,
            from: { id: from, name: this.name },
            message: text,
            post_id: `${conversation.account.pageId}_${mediaId}`,
            created_time: Math.floor(at / 1000),
          }
        : { id, from: { id: from, username: this.username }, text, media: { id: mediaId, media_product_type: 'FEED' } };
    });
    return { ...this.stage.tell(event, null, webhook), commentId: comment.id };
  }

  private say(made: Partial<Message>, { to, replyTo, referral, webhook }: Saying): Happened {
    const conversation = this.conversation(to);
    const original = replyTo === undefined ? null : this.stage.messageIn(conversation, replyTo);
    const said = {
      ...made,
      ...(original && { replyTo: { itemId: original.itemId } }),
      from: 'customer',
      via: 'customer',
    } as const;
    const event = (message: Message) => messageEvent(conversation, message, referral && { referral });
    return this.stage.say(conversation, said, { webhook, event });
  }

  private postback({ title, payload }: Choice, { to, referral, webhook }: Saying, hasMid: boolean): Happened {
    const conversation = this.conversation(to);
    const event = (message: Message) =>
      fromPerson(conversation, 'messaging_postbacks', message.at, (login) => ({
        postback: {
          ...(hasMid && { mid: message.mids[login] }),
          title,
          payload,
          ...(referral && { referral }),
        },
      }));
    const said = { text: title, payload, from: 'customer', via: 'customer' } as const;
    const happened = this.stage.say(conversation, said, { webhook, event });
    return hasMid ? happened : { ...happened, mid: null, mids: null };
  }

  private event(field: string, body: Record<string, unknown>, to?: SandboxAccount, webhook?: boolean): Happened {
    const conversation = this.conversation(to);
    const at = this.stage.context.world.tick(conversation);
    return this.stage.tell(
      fromPerson(conversation, field, at, () => body),
      null,
      webhook,
    );
  }

  /** Something that Meta takes as the customer's action: it opens the window. */
  private act(conversation: Conversation, message: Message): number {
    const at = this.stage.context.world.tick(conversation);
    this.stage.context.world.recordAction(conversation, at);
    this.stage.show(conversation, message);
    return at;
  }

  private conversation(to: SandboxAccount = this.firstAccount()): Conversation {
    return this.stage.context.world.conversation(to.account, this.person, this.channel);
  }

  private ownMedia(name: string): string {
    return `${this.stage.context.baseUrl()}/media/${name}`;
  }
}
