export { ConfigModule } from './config.module.js';
export { envSchema, secretNames } from './env.js';
export { Secret } from './secret.js';
export { AppConfig, InvalidSettingsError, readSettings, type SettingProblem, type Settings } from './settings.js';
export { cliEnv } from './cli-env.js';
