/** Which door an account came through: Instagram Login (`graph.instagram.com`) or a Facebook Page. */
export type Login = 'instagram' | 'facebook';

/** Whose conversation it is: one of the account's, or one of its Page's. */
export type MetaChannel = 'instagram' | 'messenger';

export const LOGINS: readonly Login[] = ['instagram', 'facebook'];

/** Percentages as Meta's usage headers carry them. */
export interface Usage {
  callCount: number;
  totalTime: number;
  totalCpuTime: number;
  /** Clock time, in milliseconds, at which a throttled account may call again. */
  regainAt: number;
}

/** A professional Instagram account that a server connects. */
export interface Account {
  /** The professional account's id: what webhooks carry, what Meta's `/me` calls `user_id`. 17 digits. */
  igId: string;
  /** The app-scoped id that Meta's `/me` calls `id`. Never the same as `igId`. */
  appScopedId: string;
  username: string;
  name: string;
  accountType: 'BUSINESS' | 'MEDIA_CREATOR';
  pageId: string;
  pageName: string;
  /** The Facebook user who manages the page. */
  ownerId: string;
  /** Subscribed webhook fields by login. None: Meta sends nothing. */
  subscriptions: Record<Login, Set<string>>;
  /** Fields whose subscription Meta refuses for this account. */
  refusedFields: Set<string>;
  usage: Usage;
  /** Whether the app may use the HUMAN_AGENT tag. */
  humanAgentAllowed: boolean;
}

/** A person on Instagram. */
export interface Person {
  username: string;
  name: string | null;
  hasPicture: boolean;
  followsBusiness: boolean;
  followerCount: number;
  /** False: sending to them answers 551, as for someone who deactivated their account. */
  available: boolean;
}

export interface Attachment {
  type: string;
  payload?: Record<string, unknown>;
}

export interface QuickReply {
  content_type: string;
  title?: string;
  payload?: string;
  image_url?: string;
}

export interface Reaction {
  by: 'customer' | 'business';
  reaction: string;
  emoji?: string;
}

export interface Message {
  itemId: string;
  mids: Record<Login, string>;
  /** Milliseconds by the sandbox's clock; strictly growing within a conversation. */
  at: number;
  from: 'customer' | 'business';
  via: 'customer' | 'api' | 'instagram_app';
  /** Messenger: what the send gave for its echo alone. */
  metadata?: string;
  text?: string;
  attachments?: Attachment[];
  quickReplies?: QuickReply[];
  /** What a tapped quick reply or button carried. */
  payload?: string;
  replyTo?: { itemId: string } | { story: { id: string; url: string } };
  reactions: Reaction[];
  unsent: boolean;
  /** Meta has it, but neither its echo nor its conversation tells before this time. */
  showsAt?: number;
  edits: number;
  unsupported: boolean;
}

/** What one person and one account wrote to each other. */
export interface Conversation {
  channel: MetaChannel;
  account: Account;
  person: Person;
  messages: Message[];
  /** Of the person's last message, postback or reaction: opens the 24-hour window. */
  lastInboundAt: number | null;
  /** Whether they have written to the account at least once, which is how Meta knows they consent to show their profile. */
  consented: boolean;
  /** Up to when the person has read, and up to when the business has. */
  seenByPersonAt: number;
  seenByBusinessAt: number;
  businessTyping: boolean;
  updatedAt: number;
}

/** A comment under a post of the account or of its Page. */
export interface Comment {
  id: string;
  channel: MetaChannel;
  account: Account;
  person: Person;
  text: string;
  mediaId: string;
  at: number;
  privatelyReplied: boolean;
}
