import { ALL_SCOPES } from '../world/token-book.js';
import type { Account, Conversation, Login, Message } from '../world/types.js';
import { fromBusiness, fromPerson, PAGE_FIELDS, unsendEvent, WEBHOOK_FIELDS } from '../webhooks/event.js';
import type { SandboxCustomer } from './customer.js';
import type { Happened, Quietly, Stage } from './stage.js';

/** The tokens with which a server can connect an account. */
export interface AccountTokens {
  /** Instagram Login, long-lived. */
  instagram: string;
  /** The page's: what sends over `graph.facebook.com`. */
  page: string;
  /** The Facebook user's: good for `/me/accounts`. */
  user: string;
}

/** A professional account: what its owner does in the Instagram app and in Meta's settings. */
export class SandboxAccount {
  constructor(
    readonly account: Account,
    readonly tokens: AccountTokens,
    private readonly stage: Stage,
  ) {}

  /** The professional account's id: what webhooks carry. */
  get igId(): string {
    return this.account.igId;
  }

  /** What `/me` calls `id`. */
  get appScopedId(): string {
    return this.account.appScopedId;
  }

  get pageId(): string {
    return this.account.pageId;
  }

  get username(): string {
    return this.account.username;
  }

  /** The long-lived token of Instagram Login. */
  get accessToken(): string {
    return this.tokens.instagram;
  }

  /** A person answers in the Instagram app, or in the Page's inbox: an echo that no send of ours caused. */
  replyFromInstagramApp(customer: SandboxCustomer, text: string, { webhook }: Quietly = {}): Happened {
    const said = { text, from: 'business', via: 'instagram_app' } as const;
    return this.stage.say(this.conversation(customer), said, { webhook });
  }

  /** Takes back one of the business' messages in the app. */
  unsendFromInstagramApp(customer: SandboxCustomer, mid: string, { webhook }: Quietly = {}): Happened {
    const conversation = this.conversation(customer);
    const message: Message = this.stage.messageIn(conversation, mid);
    message.unsent = true;
    const at = this.stage.context.world.tick(conversation);
    this.stage.show(conversation, message);
    return this.stage.tell(unsendEvent(conversation, message, at), message, webhook);
  }

  /** Another app takes the thread over from ours. */
  passThreadControl(customer: SandboxCustomer, metadata = 'Escalated to a person'): Happened {
    const conversation = this.conversation(customer);
    const at = this.stage.context.world.tick(conversation);
    const passed = { new_owner_app_id: '123456789', previous_owner_app_id: '987654321', metadata };
    const event = fromPerson(conversation, 'messaging_handover', at, () => ({ pass_thread_control: passed }));
    return this.stage.tell(event, null);
  }

  /** The account writes to itself, which Meta tells as an echo with `is_self`. */
  messageSelf(text: string): Happened {
    const { world } = this.stage.context;
    const self = world.findPerson(this.username) ?? world.addPerson({ username: this.username });
    const conversation = world.conversation(this.account, self);
    const message = world.addMessage(conversation, { text, from: 'business', via: 'instagram_app' });
    const body = (login: Login) => ({ message: { mid: message.mids[login], text, is_echo: true, is_self: true } });
    return this.stage.tell(fromBusiness(conversation, 'messages', message.at, body), message);
  }

  /** @param fields all that Meta has when left out */
  subscribe(fields: readonly string[] = WEBHOOK_FIELDS, login: Login = 'instagram'): void {
    this.account.subscriptions[login] = new Set(fields);
  }

  /** The Page's list for Messenger alone. */
  subscribePage(fields: readonly string[] = PAGE_FIELDS): void {
    this.subscribe(fields, 'facebook');
  }

  /** Meta stops sending this account's webhooks, as after an hour of failures. */
  unsubscribe(login?: Login): void {
    if (login !== 'facebook') this.account.subscriptions.instagram.clear();
    if (login !== 'instagram') this.account.subscriptions.facebook.clear();
  }

  /** Every token of the account answers 190 from now on: 460 as after a new password, 458 as after removing the app. */
  revokeTokens(login?: Login, subcode: 458 | 460 = 460): void {
    this.stage.context.tokens.revoke(this.account, login, subcode);
  }

  /** Every token answers 190/463 from now on. */
  expireTokens(login?: Login): void {
    this.stage.context.tokens.expire(this.account, login);
  }

  /** A new long-lived token, as after connecting again. */
  issueToken({ scopes = ALL_SCOPES.instagram, longLived = true } = {}): string {
    const made = { login: 'instagram', kind: 'account', account: this.account, scopes, longLived } as const;
    return this.stage.context.tokens.issue({ ...made, ownerId: this.appScopedId }).value;
  }

  /**
   * What the usage headers say from now on. At 100 every call is refused until the wait is over.
   * @param regainMinutes how long the wait is, by the sandbox's clock
   */
  setUsage(percent: number, regainMinutes = 5): void {
    const regainAt = this.stage.context.clock.now() + regainMinutes * 60_000;
    Object.assign(this.account.usage, { callCount: percent, totalTime: percent, totalCpuTime: percent, regainAt });
  }

  private conversation(customer: SandboxCustomer): Conversation {
    return this.stage.context.world.conversation(this.account, customer.person, customer.channel);
  }
}
