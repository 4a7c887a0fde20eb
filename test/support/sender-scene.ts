import { MovableClock } from '#libs/clock';
import type { SandboxCustomer } from '#libs/sandbox';
import { AccountDirectoryService } from '../../src/accounts/index.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import { TransactionsService } from '../../src/database/index.js';
import { OutboxService, OutboundRepository, SenderService, type NewReply } from '../../src/dms/index.js';
import { SchedulerService } from '../../src/queue/index.js';
import { eventually } from './eventually.js';
import type { TestServices } from './services.js';
import { startTestApp, type TestApp } from './test-app.js';

/** A business that writes to a guest, a new one for each test; echoes come when a test asks for them. */
export class SenderScene {
  readonly clock = new MovableClock();
  app!: TestApp;
  accountId!: string;
  guest!: SandboxCustomer;
  /** The guest's id, and their conversation's. */
  to!: string;
  conversationId!: string;
  private replies = 0;

  constructor(services: TestServices, agent: Record<string, unknown> = { enabled: false }) {
    beforeAll(async () => {
      const { clock } = this;
      const env = { GRAPH_TIMEOUT_MS: '1500' };
      this.app = await startTestApp({ services, clock, env, sandboxOptions: { clock } });
      this.accountId = await this.app.connect(undefined, agent);
    }, 60_000);
    beforeEach(async () => {
      this.app.sandbox.faults.clear();
      this.app.sandbox.webhooks.configure({ echo: 'never' });
      await this.untilCalm();
      this.newGuest();
    });
    afterAll(() => this.app?.stop());
  }

  newGuest(): void {
    this.guest = this.app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
    this.guest.sendText('Hello?', { webhook: false });
    this.to = this.guest.idFor(this.app.sandbox.account);
    this.conversationId = conversationIdOf(this.accountId, this.to);
  }

  /** Whatever the test before did to the account, by now it may send again. */
  private async untilCalm(): Promise<void> {
    this.newGuest();
    const [id] = (await this.queue(['Good morning'])) as [string];
    await this.sendNow();
    if ((await this.statusOf(id)) !== 'sent')
      await this.inTime(async () => expect(await this.statusOf(id)).toBe('sent'));
  }

  /** Queues a reply of these parts. @returns their ids */
  async queue(texts: string[], made: Partial<NewReply> = {}): Promise<string[]> {
    const account = await this.app.get(AccountDirectoryService).get(this.accountId);
    if (!account) throw new Error('no account');
    const parts = texts.map((text) => ({ text }));
    const reply: NewReply = { source: 'api', key: `reply:${++this.replies}`, parts, ...made };
    const outbox = this.app.get(OutboxService);
    const dms = await this.app
      .get(TransactionsService)
      .run((session) => outbox.queue(session, account, this.to, reply));
    return dms.map(({ _id }) => String(_id));
  }

  sendNow(): Promise<void> {
    return this.app.get(SenderService).sendConversation(this.conversationId);
  }

  async find(id: string) {
    const dm = await this.app.get(OutboundRepository).find(id);
    if (!dm) throw new Error('there is no such DM');
    return dm;
  }

  async statusOf(id: string) {
    return (await this.find(id)).status;
  }

  /** What reached the guest. */
  accepted(): (string | null)[] {
    return this.app.sandbox.sends.filter(({ recipientId }) => recipientId === this.to).map(({ text }) => text);
  }

  callsTo(): number {
    return this.app.sandbox.calls.filter(({ body }) => JSON.stringify(body).includes(this.to)).length;
  }

  /** Moves the clock and runs what is due by then. */
  async after(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.app.get(SchedulerService).runDue();
  }

  /** Lets time pass in steps until it holds. */
  async inTime(check: () => Promise<void>, stepMs = 10_000): Promise<void> {
    await eventually(async () => {
      await this.after(stepMs);
      await check();
    });
  }
}
