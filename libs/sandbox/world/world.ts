import type { Clock } from '#libs/clock';
import type { Random } from '../random.js';
import { conversationIdOf, hashedDigits, midOf, pageMidOf, pageThreadOf, personIdOf } from './ids.js';
import { LOGINS } from './types.js';
import type { Account, Comment, Conversation, Login, Message, MetaChannel, Person } from './types.js';

export interface NewAccount {
  username: string;
  name?: string;
  igId?: string;
  appScopedId?: string;
  accountType?: Account['accountType'];
  pageName?: string;
  /** Accounts with the same owner are offered together in the Facebook dialog. */
  ownerId?: string;
  refusedFields?: string[];
  humanAgentAllowed?: boolean;
}

export interface NewPerson {
  username: string;
  name?: string | null;
  hasPicture?: boolean;
  followsBusiness?: boolean;
  followerCount?: number;
  available?: boolean;
}

export type NewMessage = Pick<Message, 'from' | 'via'> & Partial<Omit<Message, 'itemId' | 'mids' | 'at'>>;

/** Who a scoped id stands for. */
interface Scoped {
  account: Account;
  person: Person;
  login: Login;
  channel: MetaChannel;
}

/** Everything the stand-in for Instagram knows: accounts, people, conversations, comments. It has no rules, only facts. */
export class World {
  readonly accounts: Account[] = [];
  readonly people: Person[] = [];
  private readonly conversationsByKey = new Map<string, Conversation>();
  private readonly conversationsById = new Map<string, { conversation: Conversation; login: Login }>();
  private readonly scoped = new Map<string, Scoped>();
  private readonly messagesByMid = new Map<string, { conversation: Conversation; message: Message; login: Login }>();
  private readonly comments = new Map<string, Comment>();
  private lastItem = 0;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  addAccount(made: NewAccount): Account {
    const igId = made.igId ?? `17841${hashedDigits(`account:${made.username}`, 12)}`;
    if (this.findAccount(igId)) throw new Error(`There is an account ${igId} already`);
    const account: Account = {
      igId,
      appScopedId: made.appScopedId ?? hashedDigits(`app:${igId}`, 17),
      username: made.username,
      name: made.name ?? made.username,
      accountType: made.accountType ?? 'BUSINESS',
      pageId: `1${hashedDigits(`page:${igId}`, 14)}`,
      pageName: made.pageName ?? made.name ?? made.username,
      ownerId: made.ownerId ?? `122${hashedDigits(`owner:${igId}`, 12)}`,
      subscriptions: { instagram: new Set(), facebook: new Set() },
      refusedFields: new Set(made.refusedFields),
      usage: { callCount: 0, totalTime: 0, totalCpuTime: 0, regainAt: 0 },
      humanAgentAllowed: made.humanAgentAllowed ?? true,
    };
    this.accounts.push(account);
    return account;
  }

  addPerson(made: NewPerson): Person {
    if (this.findPerson(made.username)) throw new Error(`There is a person ${made.username} already`);
    const person: Person = {
      username: made.username,
      name: made.name === undefined ? made.username : made.name,
      hasPicture: made.hasPicture ?? true,
      followsBusiness: made.followsBusiness ?? false,
      followerCount: made.followerCount ?? 120,
      available: made.available ?? true,
    };
    this.people.push(person);
    return person;
  }

  /** By any of its ids: professional, app-scoped, page. */
  findAccount(id: string): Account | undefined {
    return this.accounts.find((account) => [account.igId, account.appScopedId, account.pageId].includes(id));
  }

  findPerson(username: string): Person | undefined {
    return this.people.find((person) => person.username === username);
  }

  findScoped(igsid: string): Scoped | undefined {
    return this.scoped.get(igsid);
  }

  /** The conversation of the two, begun when there was none; from then on the account can see the person's scoped id. */
  conversation(account: Account, person: Person, channel: MetaChannel = 'instagram'): Conversation {
    const key = `${channel}:${account.igId}:${person.username}`;
    const found = this.conversationsByKey.get(key);
    if (found) return found;
    const conversation: Conversation = {
      channel,
      account,
      person,
      messages: [],
      lastInboundAt: null,
      consented: false,
      seenByPersonAt: 0,
      seenByBusinessAt: 0,
      businessTyping: false,
      updatedAt: this.clock.now() - 1,
    };
    this.conversationsByKey.set(key, conversation);
    for (const login of channel === 'messenger' ? (['facebook'] as const) : LOGINS) {
      this.scoped.set(personIdOf(conversation, login), { account, person, login, channel });
      this.conversationsById.set(threadIdOf(conversation, login), { conversation, login });
    }
    return conversation;
  }

  findConversation(id: string): { conversation: Conversation; login: Login } | undefined {
    return this.conversationsById.get(id);
  }

  /** Conversations with at least one message, last written in first. */
  conversationsOf(account: Account, channel: MetaChannel): Conversation[] {
    return [...this.conversationsByKey.values()]
      .filter((one) => one.account === account && one.channel === channel && one.messages.length > 0)
      .sort((left, right) => right.updatedAt - left.updatedAt);
  }

  allConversations(): Conversation[] {
    return [...this.conversationsByKey.values()];
  }

  allComments(): Comment[] {
    return [...this.comments.values()];
  }

  /** Takes back in what was written down earlier. */
  restore(conversation: Conversation, earlier: Pick<Conversation, 'messages'> & Partial<Conversation>): void {
    Object.assign(conversation, earlier);
    for (const message of conversation.messages) {
      for (const login of LOGINS) this.messagesByMid.set(message.mids[login], { conversation, message, login });
    }
  }

  restoreComment(comment: Comment): void {
    this.comments.set(comment.id, comment);
  }

  addMessage(conversation: Conversation, made: NewMessage): Message {
    const { account, person } = conversation;
    const isOnPage = conversation.channel === 'messenger';
    const itemId = `3238${this.clock.now()}${String(++this.lastItem).padStart(8, '0')}${this.random.digits(13)}`;
    const message: Message = {
      reactions: [],
      unsent: false,
      edits: 0,
      unsupported: false,
      ...made,
      itemId,
      mids: {
        instagram: isOnPage ? pageMidOf(itemId) : midOf(person.username, account.igId, itemId, 'instagram'),
        facebook: isOnPage ? pageMidOf(itemId) : midOf(person.username, account.igId, itemId, 'facebook'),
      },
      at: this.tick(conversation),
    };
    conversation.messages.push(message);
    for (const login of LOGINS) this.messagesByMid.set(message.mids[login], { conversation, message, login });
    if (message.from === 'customer') this.recordAction(conversation, message.at);
    if (message.from === 'business') conversation.businessTyping = false;
    return message;
  }

  /** The person did something that opens the window. */
  recordAction(conversation: Conversation, at: number): void {
    conversation.lastInboundAt = at;
    conversation.consented = true;
  }

  /** The next instant of a conversation: never the same twice, though the clock stand still. */
  tick(conversation: Conversation): number {
    const at = Math.max(this.clock.now(), conversation.updatedAt + 1);
    conversation.updatedAt = at;
    return at;
  }

  findMessage(mid: string): { conversation: Conversation; message: Message; login: Login } | undefined {
    return this.messagesByMid.get(mid);
  }

  addComment({ channel, account, person }: Conversation, text: string, mediaId?: string): Comment {
    const comment: Comment = {
      id: channel === 'messenger' ? `${account.pageId}_${this.random.digits(15)}` : `179${this.random.digits(14)}`,
      channel,
      account,
      person,
      text,
      mediaId: mediaId ?? `181${hashedDigits(`media:${account.igId}`, 14)}`,
      at: this.clock.now(),
      privatelyReplied: false,
    };
    this.comments.set(comment.id, comment);
    return comment;
  }

  findComment(id: string): Comment | undefined {
    return this.comments.get(id);
  }
}

/** The id of a conversation as `GET /{ig-id}/conversations` or `GET /{page-id}/conversations` shows it. */
export function threadIdOf({ channel, account, person }: Conversation, login: Login): string {
  return channel === 'messenger'
    ? pageThreadOf(person.username, account.pageId)
    : conversationIdOf(person.username, account.igId, login);
}
