import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { databaseUrl } from './database-url.js';
import { envSchema } from './env.js';
import { givenSettings } from './given-settings.js';
import { InvalidSettingsError } from './setting-problem.js';

/**
 * Settings as the server would see them: the environment, then `.env`, then the secrets that `npm start` made for
 * itself. An empty value counts as not set.
 */
export function cliEnv(folder = process.cwd()): Record<string, string> {
  const made = join(folder, '.data', 'secrets.json');
  const dotEnv = join(folder, '.env');
  const sources: Record<string, string | undefined>[] = [
    existsSync(made) ? (JSON.parse(readFileSync(made, 'utf8')) as Record<string, string>) : {},
    existsSync(dotEnv) ? parse(readFileSync(dotEnv)) : {},
    process.env,
  ];
  const entries = sources.flatMap((source) => Object.entries(source));
  const given = Object.fromEntries(entries.filter((entry): entry is [string, string] => !!entry[1]));
  const { values, problems } = givenSettings(given, Object.keys(envSchema.shape));
  if (problems.length > 0) throw new InvalidSettingsError(problems);
  if (values['DATABASE_URL']) values['DATABASE_URL'] = databaseUrl(values['DATABASE_URL']).url;
  return values;
}
