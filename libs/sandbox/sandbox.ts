import type { FastifyInstance } from 'fastify';
import type { Faults } from './faults.js';
import { APP_ID } from './app-id.js';
import type { GraphContext } from './graph/graph-call.js';
import type { AcceptedSend, GraphCallRecord } from './ledger.js';
import type { LiveEvent } from './live-feed.js';
import { readRequest } from './oauth/consent.js';
import type { Consent, Decision } from './oauth/consent.js';
import { SandboxAccount } from './people/account.js';
import { firstTokens, systemToken } from './people/first-tokens.js';
import { SandboxCustomer } from './people/customer.js';
import { Stage } from './people/stage.js';
import { canMove } from './sandbox-clock.js';
import type { MovesTime } from './sandbox-clock.js';
import type { Seed } from './seed.js';
import type { Delivery } from './webhooks/delivery.js';
import type { DeliveryEngine } from './webhooks/delivery-engine.js';
import { signedRequest } from './webhooks/meta-json.js';
import { WhatsAppContact } from './whatsapp/contact.js';
import { SandboxNumber } from './whatsapp/number.js';
import type { StatusReports } from './whatsapp/status-reports.js';
import type { NewBusiness } from './whatsapp/whatsapp-world.js';
import type { Memory } from './world/memory.js';
import type { Login } from './world/types.js';
import type { NewAccount, NewPerson } from './world/world.js';

/** What the server answered to Meta's verification of its webhook URL. */
export interface Verification {
  status: number;
  body: string;
  /** Whether Meta would accept it: 200 and the challenge, nothing else. */
  accepted: boolean;
}

/** A running local Meta: Instagram, Messenger, WhatsApp. */
export class Sandbox {
  /** Business accounts; {@link account} is the first. */
  readonly accounts: SandboxAccount[] = [];
  /** People who can write to them; {@link customer} is the first. */
  readonly customers: SandboxCustomer[] = [];
  /** WhatsApp numbers; {@link number} is the first. */
  readonly numbers: SandboxNumber[] = [];
  private readonly stage: Stage;
  private stopKeeping: () => void = () => undefined;

  constructor(
    private readonly app: FastifyInstance,
    readonly context: GraphContext,
    private readonly consent: Consent,
    private readonly server: { verifyToken: string | null },
  ) {
    this.stage = new Stage(context);
  }

  get url(): string {
    return this.context.baseUrl();
  }

  /** For `GRAPH_INSTAGRAM_URL`. */
  get instagramUrl(): string {
    return `${this.url}/instagram`;
  }

  /** For `GRAPH_FACEBOOK_URL`. */
  get facebookUrl(): string {
    return `${this.url}/facebook`;
  }

  /** Settings that point a server at this sandbox. */
  get env(): Record<string, string> {
    return {
      GRAPH_INSTAGRAM_URL: this.instagramUrl,
      GRAPH_FACEBOOK_URL: this.facebookUrl,
      INSTAGRAM_OAUTH_URL: `${this.url}/www-instagram`,
      INSTAGRAM_TOKEN_URL: `${this.url}/api-instagram`,
      FACEBOOK_OAUTH_URL: `${this.url}/www-facebook`,
      INSTAGRAM_CLIENT_ID: APP_ID,
      META_APP_ID: APP_ID,
      INSTAGRAM_CLIENT_SECRET: this.context.secrets.instagram,
      META_APP_SECRET: this.context.secrets.facebook,
      ...(this.server.verifyToken !== null && { META_WEBHOOK_VERIFY_TOKEN: this.server.verifyToken }),
    };
  }

  get account(): SandboxAccount {
    return this.accounts[0] as SandboxAccount;
  }

  get number(): SandboxNumber {
    return this.numbers[0] as SandboxNumber;
  }

  /** How statuses of WhatsApp messages come. */
  get statuses(): StatusReports {
    return this.context.whatsapp.statuses;
  }

  get customer(): SandboxCustomer {
    return this.customers[0] as SandboxCustomer;
  }

  get webhooks(): DeliveryEngine {
    return this.context.webhooks;
  }

  get deliveries(): readonly Delivery[] {
    return this.context.webhooks.log;
  }

  get faults(): Faults {
    return this.context.faults;
  }

  /** Every message the Graph stand-in accepted, in order. */
  get sends(): readonly AcceptedSend[] {
    return this.context.ledger.sends;
  }

  /** Every call it got. */
  get calls(): readonly GraphCallRecord[] {
    return this.context.ledger.calls;
  }

  /** @throws {Error} when the clock was given from outside and can't be moved */
  get clock(): MovesTime {
    if (!canMove(this.context.clock)) throw new Error('This clock cannot be moved');
    return this.context.clock;
  }

  createAccount(made: NewAccount, { subscribed = true } = {}): SandboxAccount {
    const account = this.context.world.addAccount(made);
    const created = new SandboxAccount(account, firstTokens(this.context, account), this.stage);
    if (subscribed) created.subscribe();
    this.accounts.push(created);
    return created;
  }

  createCustomer(made: NewPerson): SandboxCustomer {
    const person = this.context.world.addPerson(made);
    const created = new SandboxCustomer(person, this.stage, () => this.account);
    this.context.whatsapp.world.of(person);
    this.customers.push(created);
    return created;
  }

  /** A WhatsApp business account with its numbers. */
  createBusiness(made: NewBusiness, { subscribed = true } = {}): SandboxNumber[] {
    const business = this.context.whatsapp.world.addBusiness(made);
    const token = systemToken(this.context, business);
    const created = business.numbers.map((number) => new SandboxNumber(number, token, this.context));
    if (subscribed) for (const number of created) number.subscribe();
    this.numbers.push(...created);
    return created;
  }

  /** What a person does on WhatsApp. */
  onWhatsApp(customer: SandboxCustomer = this.customer): WhatsAppContact {
    const facts = this.context.whatsapp.world.of(customer.person);
    return new WhatsAppContact(facts, this.context, () => this.number);
  }

  /** By its id or its digits. @throws {Error} when there is none */
  getNumber(idOrPhone: string): SandboxNumber {
    const found = this.numbers.find(({ phoneNumberId, phone }) => [phoneNumberId, phone].includes(idOrPhone));
    if (!found) throw new Error(`There is no number ${idOrPhone}`);
    return found;
  }

  /** @throws {Error} when there is nobody of that name */
  getCustomer(username: string): SandboxCustomer {
    const found = this.customers.find((customer) => customer.username === username);
    if (!found) throw new Error(`There is no customer ${username}`);
    return found;
  }

  /** By professional, app-scoped or page id or username. @throws {Error} when there is none */
  getAccount(idOrUsername: string): SandboxAccount {
    const found = this.accounts.find(({ igId, appScopedId, pageId, username }) =>
      [igId, appScopedId, pageId, username].includes(idOrUsername),
    );
    if (!found) throw new Error(`There is no account ${idOrUsername}`);
    return found;
  }

  /** Brings in who there is at the start, and who was there when the sandbox was last stopped. */
  populate(seed: Seed, subscribed: boolean, memory: Memory | null): void {
    const kept = memory?.read() ?? null;
    for (const account of missing(seed.accounts, kept?.accounts)) this.createAccount(account, { subscribed });
    for (const account of kept?.accounts ?? []) {
      this.createAccount({ ...account, refusedFields: [] }, { subscribed: false });
    }
    for (const business of seed.businesses ?? []) this.createBusiness(business, { subscribed });
    for (const person of missing(seed.customers, kept?.people)) this.createCustomer(person);
    for (const person of kept?.people ?? []) this.createCustomer(person);
    if (!memory) return;
    if (kept) memory.recall(kept);
    this.keep(memory);
  }

  /** Posts any payload as a signed webhook; a string goes out as it is. */
  deliver(payload: unknown, login: Login = 'instagram'): Delivery {
    return this.webhooks.deliver(payload, login);
  }

  /** Resolves when no delivery is pending, and no status that is due. */
  async idle(): Promise<void> {
    await this.statuses.idle();
    await this.webhooks.idle();
  }

  /** Calls the server's webhook URL as Meta's dashboard does when the URL is entered there. */
  async verifyWebhook({
    token = this.server.verifyToken ?? '',
    url = this.webhooks.settings.url,
  } = {}): Promise<Verification> {
    if (!url) throw new Error('No webhook URL is set');
    const challenge = this.context.random.digits(10);
    const query = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': token,
      'hub.challenge': challenge,
    });
    const answer = await fetch(`${url}?${query.toString()}`);
    const body = await answer.text();
    return { status: answer.status, body, accepted: answer.status === 200 && body === challenge };
  }

  /**
   * What a person does in the OAuth dialog that a server sent them to, without a browser.
   * @param dialogUrl where the server redirected
   * @returns where Meta redirects back to
   * @throws {Error} when Meta would only show an error page
   */
  decide(dialogUrl: string, decision: Decision = {}): string {
    const { pathname, searchParams } = new URL(dialogUrl);
    const login: Login = pathname.startsWith('/www-facebook') ? 'facebook' : 'instagram';
    const request = readRequest(login, Object.fromEntries(searchParams));
    if (!request) throw new Error('The dialog needs client_id and redirect_uri');
    return this.consent.decide(request, decision);
  }

  /** What Meta posts to the deauthorize and data deletion callbacks, for an account or a person. */
  signedRequest(userId: string, login: Login = 'instagram'): string {
    const issuedAt = Math.floor(this.context.clock.now() / 1000);
    return signedRequest({ user_id: userId, issued_at: issuedAt }, this.context.secrets[login]);
  }

  /** Watches what happens. @returns stops watching */
  watch(watcher: (event: LiveEvent) => void): () => void {
    return this.context.live.watch(watcher);
  }

  /** Closes every connection and timer. */
  async stop(): Promise<void> {
    this.stopKeeping();
    await this.webhooks.stop();
    this.app.server.closeAllConnections();
    await this.app.close();
  }

  /** Writes down every few seconds, so that a sandbox that is killed forgets little. */
  private keep(memory: Memory): void {
    const timer = setInterval(() => memory.write(), 5_000);
    this.stopKeeping = () => {
      clearInterval(timer);
      memory.write();
    };
  }
}

/** Those of the seed that weren't written down: in their old order, they stay first. */
function missing<T extends { username: string }>(
  seeded: readonly T[],
  kept: readonly { username: string }[] = [],
): T[] {
  return seeded.filter(({ username }) => !kept.some((one) => one.username === username));
}
