import type { AppConfig } from '../../config/index.js';
import type { AgentSettings, AgentSettingsPatch } from './agent-settings.js';

type Limits = Pick<
  AppConfig,
  'OPENAI_MODEL' | 'OPENAI_MODELS' | 'AGENT_DAILY_TOKEN_LIMIT' | 'AGENT_DAILY_TOKEN_LIMIT_ALL'
>;

/** A setting whose stored value the operator of the server does not allow (any more), and what holds instead. */
export interface LimitedSetting {
  field: 'model' | 'daily_token_budget';
  asked: string | number;
  used: string | number;
}

/** The models that tenants may choose: the server's own, and those that it names beside. */
export function allowedModels({ OPENAI_MODEL: own, OPENAI_MODELS: others }: Limits): string[] {
  return [...new Set([own, ...others])];
}

/** The most that one account's budget can be worth. */
function tokenCeiling({ AGENT_DAILY_TOKEN_LIMIT: ofTenant, AGENT_DAILY_TOKEN_LIMIT_ALL: ofAll }: Limits): number {
  return Math.min(ofTenant || Infinity, ofAll || Infinity);
}

/**
 * What holds for an account on this server; the model and the tokens are paid for by its operator.
 * @param stored what was configured, over the defaults
 */
export function withinLimits(
  defaults: Omit<AgentSettings, 'limited'>,
  stored: AgentSettingsPatch,
  limits: Limits,
): AgentSettings {
  const settings = { ...defaults, ...stored };
  const { model, daily_token_budget: budget } = settings;
  const limited: LimitedSetting[] = [];
  if (!allowedModels(limits).includes(model)) {
    settings.model = limits.OPENAI_MODEL;
    limited.push({ field: 'model', asked: model, used: settings.model });
  }
  if (budget > tokenCeiling(limits)) {
    settings.daily_token_budget = tokenCeiling(limits);
    // A default that is too high was asked for by nobody.
    if (stored.daily_token_budget !== undefined)
      limited.push({ field: 'daily_token_budget', asked: budget, used: settings.daily_token_budget });
  }
  return { ...settings, limited };
}
