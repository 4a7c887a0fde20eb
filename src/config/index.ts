export { ConfigModule } from './config.module.js';
export { envSchema, reasoningEfforts, secretNames, type ReasoningEffort } from './env.js';
export { Secret } from './secret.js';
export { InvalidSettingsError, type SettingProblem } from './setting-problem.js';
export { AppConfig, readSettings, type EgressProxy, type Settings } from './settings.js';
export { cliEnv } from './cli-env.js';
