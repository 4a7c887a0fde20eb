import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountsService } from '../accounts/index.js';
import type { TenantScope } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { WebhookConfirmationsService } from '../webhook/index.js';
import { checkModels, checkPublicAddress } from './checks/check-outside.js';
import type { Finding } from './checks/finding.js';
import type { SetupState, SetupStepView, SetupView } from './setup.dto.js';

const freshMs = 30_000;
/** More accounts than that say nothing new about a step. */
const limit = 100;

type Account = Awaited<ReturnType<AccountsService['list']>>['data'][number];
type Seen = Omit<SetupStepView, 'step'>;

const stateOf: Record<Finding['state'], SetupState> = { ok: 'done', weak: 'weak', failed: 'failed', skipped: 'open' };

/** Proves each step of setting the server up from what the server itself sees. */
@Injectable()
export class SetupService {
  private checked?: { atMs: number; findings: Promise<Finding[][]> };

  constructor(
    private readonly accounts: AccountsService,
    private readonly confirmations: WebhookConfirmationsService,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  async look(scope: TenantScope): Promise<SetupView> {
    const [[outside = [], models = []], confirmedAt, { data }] = await Promise.all([
      this.check(),
      this.confirmations.latest(),
      this.accounts.list(scope, { limit, skip: 0 }),
    ]);
    const accounts = data.filter(({ connected }) => connected);
    const lastEventAt = latest(accounts);
    const steps: SetupStepView[] = [
      { step: 'public_address', ...addressOf(outside) },
      { step: 'webhook', ...webhookOf(outside, confirmedAt, lastEventAt) },
      { step: 'account', ...accountOf(accounts) },
      { step: 'first_message', ...messageOf(lastEventAt) },
      { step: 'agent', ...this.agentOf(accounts, models) },
    ];
    const complete = steps.every(({ state }) => state === 'done' || state === 'weak');
    return { complete, steps, callback_url: `${this.config.API_URL}/webhook/meta` };
  }

  /** They ask others: whoever watches the page must not make the server ask all the time. */
  private check(): Promise<Finding[][]> {
    const nowMs = this.clock.now();
    if (!this.checked || nowMs - this.checked.atMs >= freshMs) {
      const findings = Promise.all([checkPublicAddress(this.config), checkModels(this.config)]);
      this.checked = { atMs: nowMs, findings };
    }
    return this.checked.findings;
  }

  private agentOf(accounts: Account[], models: Finding[]): Seen {
    if (!this.config.AGENT_ENABLED) return { state: 'open', text: 'AGENT_ENABLED is off: people answer everything.' };
    const broken = models.find(({ state }) => state === 'failed' || state === 'skipped');
    if (broken) return { state: stateOf[broken.state], text: broken.text };
    const answering = accounts.filter(({ agent_enabled: isOn }) => isOn);
    if (answering.length === 0) return { state: 'open', text: 'The agent is off for every account: switch it on.' };
    const doubtful = models.find(({ state }) => state === 'weak');
    if (doubtful) return { state: 'weak', text: doubtful.text };
    return { state: 'done', text: `The agent answers for ${namesOf(answering)}.` };
  }
}

/** The first finding is about the address, whatever follows about what lies there. */
function addressOf([address]: Finding[]): Seen {
  if (!address) return { state: 'open', text: 'The public address was not looked at.' };
  return { state: stateOf[address.state], text: address.text };
}

function webhookOf(outside: Finding[], confirmedAt: string | undefined, lastEventAt: Date | undefined): Seen {
  const finding = outside.find(({ part }) => part === 'Webhook');
  if (finding?.state === 'failed') return { state: 'failed', text: finding.text };
  if (confirmedAt !== undefined)
    return { state: 'done', text: 'Meta asked about the webhook and was answered.', at: confirmedAt };
  // What arrives came by a webhook that Meta has confirmed, be it with an earlier server.
  if (lastEventAt) return { state: 'done', text: 'Meta delivers to the webhook.', at: lastEventAt.toISOString() };
  return {
    state: 'open',
    text: 'Meta has not asked about the webhook yet: give its app the callback URL and META_WEBHOOK_VERIFY_TOKEN.',
  };
}

function accountOf(accounts: Account[]): Seen {
  if (accounts.length === 0) return { state: 'open', text: 'No account is connected yet: connect one.' };
  const lapsed = accounts.filter(({ status }) => status === 'needs_reauth');
  if (lapsed.length > 0) return { state: 'failed', text: `Connect again: ${namesOf(lapsed)}.` };
  const deaf = accounts.filter(({ subscription: { state } }) => state === 'missing' || state === 'failed');
  if (deaf.length > 0)
    return {
      state: 'failed',
      text: `Meta does not deliver for ${namesOf(deaf)}: connect it once more to subscribe it.`,
    };
  const [first] = accounts;
  return { state: 'done', text: `Connected: ${namesOf(accounts)}.`, ...atOf(first?.connected_at) };
}

function messageOf(lastEventAt: Date | undefined): Seen {
  if (lastEventAt) return { state: 'done', text: 'Messages arrive.', ...atOf(lastEventAt) };
  return { state: 'open', text: 'Nothing has arrived yet: write to the account from another one.' };
}

const atOf = (at: Date | undefined): { at?: string } => (at ? { at: at.toISOString() } : {});

const namesOf = (accounts: Account[]): string => accounts.map(({ label, username }) => label ?? username).join(', ');

function latest(accounts: Account[]): Date | undefined {
  return accounts
    .flatMap(({ last_event_at: at }) => at ?? [])
    .sort((a, b) => b.getTime() - a.getTime())
    .at(0);
}
