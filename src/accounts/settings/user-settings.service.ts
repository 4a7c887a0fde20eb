import { Injectable } from '@nestjs/common';
import { tenantScope } from '../../auth/index.js';
import { AuditService, fieldsOf } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { InvalidRequestError, NotFoundError } from '../../errors/index.js';
import type { AccountSummary } from '../account-summary.js';
import { AccountsRepository } from '../accounts.repository.js';
import { defaultAgentSettings, type AgentSettings, type AgentSettingsPatch } from './agent-settings.js';
import { allowedModels, withinLimits } from './operator-limits.js';
import { UserSettingsRepository } from './user-settings.repository.js';
import type { UserConfigRecord, UserSettingsRecord } from './user-settings.schema.js';

/** A config as it is asked for; what is left out stays as it is, or takes its default. */
export type WantedConfig = Pick<UserConfigRecord, 'config_name' | 'account_id'> & Partial<UserConfigRecord>;
/** All of a tenant's settings as they are asked for. */
export interface WantedSettings {
  is_active?: boolean;
  is_deleted?: boolean;
  configs?: WantedConfig[];
}

export type StoredUserSettings = Omit<UserSettingsRecord, '_id'>;

/** A tenant's settings, and the agent's settings of each account in them. */
@Injectable()
export class UserSettingsService {
  constructor(
    private readonly repository: UserSettingsRepository,
    private readonly accounts: AccountsRepository,
    private readonly audit: AuditService,
    private readonly config: AppConfig,
  ) {}

  /** What holds for the account now: what its owner configured over the defaults; read from MongoDB each time. */
  async agentSettings(account: Pick<AccountSummary, '_id' | 'user_id'>): Promise<AgentSettings> {
    return this.merge(await this.repository.find(account.user_id), account._id);
  }

  /**
   * What would hold if `patch` were saved; `null` stands for the default. Nothing is saved.
   * @throws {InvalidRequestError} a model that the operator of the server does not allow
   */
  async agentSettingsWith(
    account: Pick<AccountSummary, '_id' | 'user_id'>,
    patch: AgentSettingsPatch,
  ): Promise<AgentSettings> {
    this.refuseModel(patch.model, 'settings.model');
    return this.merge(await this.repository.find(account.user_id), account._id, patch);
  }

  /** Which of these accounts' agents are on, in one look. */
  async agentsOn(accounts: Pick<AccountSummary, '_id' | 'user_id'>[]): Promise<Set<string>> {
    const all = await this.repository.findOfUsers([...new Set(accounts.map(({ user_id: userId }) => userId))]);
    const byUser = new Map(all.map((settings) => [settings.user_id, settings]));
    const on = accounts.filter(({ _id, user_id: userId }) => this.merge(byUser.get(userId) ?? null, _id).enabled);
    return new Set(on.map(({ _id }) => _id));
  }

  /**
   * Changes the named fields (`undefined` puts one back to its default).
   * @returns what holds afterwards
   * @throws {InvalidRequestError} a model that the operator of the server does not allow
   */
  async saveAgentSettings(
    account: Pick<AccountSummary, '_id' | 'user_id' | 'username'>,
    patch: AgentSettingsPatch,
  ): Promise<AgentSettings> {
    this.refuseModel(patch.model, 'model');
    const changes = withModeAndSwitch(storable(patch), await this.agentSettings(account));
    await this.repository.patchAgent(account.user_id, account._id, account.username, changes);
    return this.agentSettings(account);
  }

  async get(userId: string): Promise<StoredUserSettings> {
    return view(await this.repository.ensure(userId));
  }

  /**
   * Replaces the tenant's configs.
   * @throws {NotFoundError} when a config names an account that is not the tenant's own
   * @throws {InvalidRequestError} when two configs name the same account, or one a model that is not allowed
   */
  async replace(userId: string, wanted: WantedSettings): Promise<StoredUserSettings> {
    const { is_active, is_deleted } = wanted;
    const present = await this.repository.ensure(userId);
    const configs = wanted.configs && (await this.ownConfigs(userId, wanted.configs));
    configs?.forEach(({ account_id: id, agent }, index) => {
      const before = present.configs.find((config) => config.account_id === id)?.agent.model;
      // What GET answers can be sent back, also when it is not allowed any more.
      if (agent?.model !== before) this.refuseModel(agent?.model, `configs.${index}.agent.model`);
    });
    const replaced = await this.repository.replace(userId, {
      ...(is_active === undefined ? {} : { is_active }),
      ...(is_deleted === undefined ? {} : { is_deleted }),
      ...(configs ? { configs: configs.map((config) => complete(config, present.configs)) } : {}),
    });
    const changed = [
      ...fieldsOf({ is_active, is_deleted }),
      ...(configs ?? []).map((one) => `configs.${one.account_id}`),
    ];
    await this.audit.record({ action: 'settings.changed', tenant: userId, changed });
    return view(replaced);
  }

  /** @throws {InvalidRequestError} the operator of the server does not allow it */
  private refuseModel(model: string | null | undefined, field: string): void {
    const allowed = allowedModels(this.config);
    if (model === undefined || model === null || allowed.includes(model)) return;
    throw new InvalidRequestError(`${field}: this server allows ${allowed.join(', ')}.`, [
      { field, expected: `one of: ${allowed.join(', ')}` },
    ]);
  }

  private merge(
    settings: UserSettingsRecord | null,
    accountId: string,
    unsaved: AgentSettingsPatch = {},
  ): AgentSettings {
    const config = settings?.configs.find(({ account_id: id }) => id === accountId);
    const written = Object.entries({ ...switchedBy(config?.agent), ...switchedBy(stated(unsaved)) }).filter(
      ([, value]) => value !== null,
    );
    const merged = withinLimits(defaultAgentSettings(this.config), Object.fromEntries(written), this.config);
    const inUse = settings?.is_active === true && !settings.is_deleted;
    const on = inUse && config !== undefined && config.is_active && !config.is_deleted;
    const enabled = merged.enabled && on;
    return { ...merged, enabled, agent_mode: !enabled ? 'off' : merged.agent_mode === 'draft' ? 'draft' : 'auto' };
  }

  /** With each account by our own id, whichever of its ids it was asked for by. */
  private async ownConfigs(userId: string, wanted: WantedConfig[]): Promise<WantedConfig[]> {
    const own = await this.accounts.idsOfUser(userId);
    const configs: WantedConfig[] = [];
    for (const config of wanted) {
      const account_id = await this.ownAccountId(userId, config.account_id, own);
      if (account_id === undefined) throw new NotFoundError(`There is no account ${config.account_id}.`);
      configs.push({ ...config, account_id });
    }
    if (new Set(configs.map((config) => config.account_id)).size < configs.length) {
      throw new InvalidRequestError('configs: an account can have one config only.', [
        { field: 'configs', expected: 'each account_id once' },
      ]);
    }
    return configs;
  }

  private async ownAccountId(userId: string, id: string, own: ReadonlySet<string>): Promise<string | undefined> {
    const ownId = id.toLowerCase();
    if (own.has(ownId)) return ownId;
    const found = await this.accounts.findOwned(tenantScope(userId), id);
    return found?._id.toHexString();
  }
}

/** What a request names; an instance of its class has a place for every field. */
function stated(patch: AgentSettingsPatch): AgentSettingsPatch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

/** The same of what stands in a field: the store would keep each place as `null`. */
function storable(patch: AgentSettingsPatch): AgentSettingsPatch {
  const entries = Object.entries(patch).map(([name, value]: [string, unknown]) => {
    const isObject = typeof value === 'object' && value !== null;
    return [name, isObject ? (JSON.parse(JSON.stringify(value)) as unknown) : value];
  });
  return Object.fromEntries(entries) as AgentSettingsPatch;
}

/** An agent has a switch and a mode, and one of them is enough to say what is wanted. */
function switchedBy(patch: AgentSettingsPatch | undefined): AgentSettingsPatch | undefined {
  const { agent_mode: mode, enabled } = patch ?? {};
  return mode == null || enabled != null ? patch : { ...patch, enabled: mode !== 'off' };
}

/**
 * The same of a change. Switching on what is on changes nothing: who sends all settings back does not mean to.
 * @throws {InvalidRequestError} they say different things
 */
function withModeAndSwitch(patch: AgentSettingsPatch, before: AgentSettings): AgentSettingsPatch {
  const { agent_mode: mode, enabled } = patch;
  if (mode != null && enabled != null && enabled !== (mode !== 'off')) {
    const expected = enabled ? 'draft or auto, as enabled is true' : 'off, as enabled is false';
    throw new InvalidRequestError(`agent_mode: expected ${expected}`, [{ field: 'agent_mode', expected }]);
  }
  if (enabled === true && mode == null && !before.enabled) return { ...patch, agent_mode: 'auto' };
  return { ...patch, ...switchedBy(patch) };
}

function complete(wanted: WantedConfig, before: UserConfigRecord[]): UserConfigRecord {
  const known = before.find(({ account_id: id }) => id === wanted.account_id);
  const agent = Object.entries(storable(wanted.agent ?? known?.agent ?? {})).filter(([, value]) => value != null);
  return {
    config_name: wanted.config_name,
    account_id: wanted.account_id,
    is_active: wanted.is_active ?? true,
    is_deleted: wanted.is_deleted ?? false,
    agent: switchedBy(Object.fromEntries(agent)) ?? {},
  };
}

function view(settings: UserSettingsRecord): StoredUserSettings {
  const { user_id, platform, is_active, is_deleted, configs, created_at, updated_at } = settings;
  return { user_id, platform, is_active, is_deleted, configs, created_at, updated_at };
}
