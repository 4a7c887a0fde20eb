/** An account as its channel introduces it, with the token that speaks for it. */
export interface ChannelIdentity {
  /** The contract's word for the channel. */
  platform: string;
  /** Which of the channel's logins the token came with. */
  login: string;
  accessToken: string;
  /** Seconds the token lives, where the channel said so. */
  expiresInS?: number;
  /** The account's id at its channel: what deliveries carry. */
  externalId: string;
  /** What people know it by. */
  username: string;
  /** The contract's `instagram_data`; other channels describe theirs in `channelData`. */
  instagramData?: InstagramData;
  /** What the channel's calls need of the account beside its id. */
  channelData?: Record<string, unknown>;
  /** What the subscription hangs on: the Page, the business account, or the account itself. */
  meta: { id: string; name?: string; username?: string };
  /** The person who connected, as Meta's privacy callbacks name them. */
  appUserId?: string;
  /** Granted permissions, where they could be found out. */
  scopes: string[];
}

/** `ig_id` is the professional account's id, which webhooks carry; `id` is the app-scoped one. */
export interface InstagramData {
  ig_id: string;
  id?: string;
  username: string;
  name?: string;
  account_type?: string;
  profile_picture_url?: string;
}

/** A field of `POST /accounts` that a channel needs beside the token, as documented and validated. */
export interface ConnectField {
  name: string;
  pattern: RegExp;
  /** Says what is wrong when the pattern does not match. */
  message: string;
  description: string;
  example: string;
  isRequired: boolean;
}

/** What a request said in the channel's own fields. */
export type ConnectDetails = Readonly<Record<string, string | undefined>>;

/** A token as somebody pasted it. */
export interface GivenToken {
  accessToken: string;
  /** Said where the channel has several. */
  login?: string;
  details: ConnectDetails;
}

/** A facet of every channel: tells whose a token is. Refused calls reject with a `GraphError`. */
export interface ChannelConnecting {
  /** What its accounts are called in a sentence, such as `Page`. */
  readonly accountNoun: string;
  /** Where an owner takes back what a login was given, in words for them. */
  whereToRemove(login: string): string;
  /**
   * The accounts that a pasted token speaks for.
   * @throws {InvalidRequestError} when the details name none of them
   */
  identitiesOf(given: GivenToken): Promise<ChannelIdentity[]>;
  /** Connecting by clicking through the channel's own pages. */
  readonly dialog?: ChannelDialog;
}

/** What the channel gave for the code that its dialog ended with. */
export interface RedeemedToken {
  accessToken: string;
  /** Seconds. */
  expiresInS?: number;
  /** Granted permissions; absent where the channel did not say. */
  scopes?: string[];
}

export interface ChannelDialog {
  /** The logins whose app is set up here. */
  readonly logins: readonly string[];
  /** Without these no message can be received or answered. */
  requiredScopes(login: string): readonly string[];
  /** Where to send the browser. */
  url(login: string, way: { redirectUri: string; state: string }): string;
  /** The code for a token that lasts. */
  redeem(login: string, code: string, redirectUri: string): Promise<RedeemedToken>;
  identitiesOf(login: string, token: RedeemedToken): Promise<ChannelIdentity[]>;
}
