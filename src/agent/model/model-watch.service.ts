import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AlertsService } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import { Scheduled } from '../../queue/index.js';
import { AgentBudgetsService } from '../budget/agent-budgets.service.js';
import { ModelClient } from './model.client.js';
import { knownShutdown, type KnownShutdown } from './model-shutdowns.js';

const dayMs = 24 * 3_600_000;
/** Long enough to try another model in peace. */
const aheadMs = 90 * dayMs;
/** Of a ceiling; what is left is time to raise it. */
const nearlySpent = 0.8;

/** Looks ahead for the operator of the server: at models that end, and at ceilings that are nearly reached. */
@Injectable()
export class ModelWatchService {
  private readonly logger = new Logger(ModelWatchService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly model: ModelClient,
    private readonly budgets: AgentBudgetsService,
    private readonly alerts: AlertsService,
  ) {}

  /** A provider without the route is no reason to worry, and what it did not say stays as it was. */
  @Scheduled({ name: 'look-at-models', everyMs: dayMs })
  async lookAtModels(signal: AbortSignal): Promise<void> {
    if (!this.model.isConfigured) return;
    const { OPENAI_MODEL, OPENAI_MODELS, OPENAI_TRANSCRIPTION_MODEL } = this.config;
    const retiring = new Map<string, string>();
    const gone = new Map<string, string>();
    const unknown = new Set<string>();
    for (const model of new Set([OPENAI_MODEL, ...OPENAI_MODELS, OPENAI_TRANSCRIPTION_MODEL])) {
      const found = await this.model.lookUp(model, signal);
      if (found.state === 'gone') gone.set(model, `The provider has no model ${model}. ${this.whatToDo(model)}`);
      if (found.state === 'unknown') unknown.add(model);
      const known = knownShutdown(model);
      const ends: KnownShutdown | undefined = found.shutdownAt ? { ...known, at: found.shutdownAt } : known;
      if (ends && found.state !== 'gone' && ends.at.getTime() - this.clock.now() < aheadMs)
        retiring.set(model, this.retiringText(model, ends));
    }
    await this.alerts.settle('model_retiring', retiring);
    await this.alerts.settle('model_gone', gone, unknown);
  }

  @Scheduled({ name: 'look-at-token-ceilings', everyMs: 300_000 })
  async lookAtCeilings(): Promise<void> {
    const near = new Map<string, string>();
    for (const { userId, used, limit } of await this.budgets.ceilingsAbove(nearlySpent)) {
      const [whose, setting] =
        userId === undefined
          ? ['All tenants together have', 'AGENT_DAILY_TOKEN_LIMIT_ALL']
          : [`The tenant ${userId} has`, 'AGENT_DAILY_TOKEN_LIMIT'];
      const share = Math.floor((used / limit) * 100);
      const text = `${whose} used ${share} % of the tokens of today; at 100 % the agent is silent. ${setting} is ${limit}.`;
      near.set(userId === undefined ? 'server' : `tenant:${userId}`, text);
    }
    await this.alerts.settle('agent_tokens', near);
  }

  private retiringText(model: string, { at, successor }: KnownShutdown): string {
    const day = at.toISOString().slice(0, 10);
    const instead = successor === undefined ? '' : ` Its provider names ${successor} instead.`;
    this.logger.warn({ msg: 'a configured model ends', model, on: day });
    return `The model ${model} ends on ${day}.${instead} ${this.whatToDo(model)}`;
  }

  private whatToDo(model: string): string {
    const { OPENAI_MODEL, OPENAI_TRANSCRIPTION_MODEL } = this.config;
    if (model === OPENAI_TRANSCRIPTION_MODEL) return 'Set OPENAI_TRANSCRIPTION_MODEL to another.';
    return model === OPENAI_MODEL ? 'Set OPENAI_MODEL to another.' : 'Take it out of OPENAI_MODELS.';
  }
}
