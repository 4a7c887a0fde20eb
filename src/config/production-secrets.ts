import type { Env } from './env.js';
import { areGuessableBytes, isGuessable } from './guessable.js';
import type { SettingProblem } from './setting-problem.js';

const exampleLike =
  /change[-_ ]?me|example|secret|password|placeholder|development|insecure|test[-_]|your[-_ ]|^(.)\1+$/i;

/** Random text of 16 hex digits has more different ones than that; `abcabcabc…` has not. */
const minDistinct = 6;

/** What stands in documentation in place of a key: `sk-...`, `sk-xxxxxxxx`, `<your key>`. */
const keyPlaceholder = /\.\.\.|…|[<>*]|x{8}|change[-_ ]?me|placeholder|your[-_ ]|api[-_]?key|key[-_]here|stand-in/i;

/** What production does not take for a secret: short ones, those of examples, guessable ones, one for two purposes. */
export function secretProblems(env: Partial<Env>): SettingProblem[] {
  const problems: SettingProblem[] = [];
  const strong = (name: keyof Env, value: string | undefined, minLength: number): void => {
    if (value === undefined) return;
    if (value.length < minLength)
      problems.push({ name, expected: `expected at least ${minLength} characters in production` });
    else if (exampleLike.test(value) || new Set(value).size < minDistinct)
      problems.push({ name, expected: 'looks like an example value; production needs a real one' });
    else if (isGuessable(value))
      problems.push({ name, expected: 'is easy to guess; production needs a random one (openssl rand -base64 48)' });
  };
  strong('JWT_SECRET', env.JWT_SECRET, 32);
  for (const previous of env.JWT_SECRET_PREVIOUS ?? []) strong('JWT_SECRET_PREVIOUS', previous, 32);
  strong('META_WEBHOOK_VERIFY_TOKEN', env.META_WEBHOOK_VERIFY_TOKEN, 16);
  strong('INSTAGRAM_CLIENT_SECRET', env.INSTAGRAM_CLIENT_SECRET, 16);
  strong('META_APP_SECRET', env.META_APP_SECRET, 16);
  strong('METRICS_TOKEN', env.METRICS_TOKEN, 16);
  strong('ALERT_WEBHOOK_SECRET', env.ALERT_WEBHOOK_SECRET, 16);
  for (const previous of env.APP_SECRET_PREVIOUS ?? []) strong('APP_SECRET_PREVIOUS', previous, 16);
  problems.push(...sameSecrets(env));
  if (env.OPENAI_API_KEY !== undefined && isPlaceholder(env.OPENAI_API_KEY))
    problems.push({ name: 'OPENAI_API_KEY', expected: 'looks like a placeholder; leave it empty for no agent' });
  if (env.ENCRYPTION_KEY !== undefined && isWeakKey(env.ENCRYPTION_KEY))
    problems.push({ name: 'ENCRYPTION_KEY', expected: 'is not random; production needs a real key' });
  if (env.ENCRYPTION_KEYS_PREVIOUS?.some(isWeakKey))
    problems.push({ name: 'ENCRYPTION_KEYS_PREVIOUS', expected: 'is not random; npm run keys:rotate, then remove it' });
  return problems;
}

/** Random keys of 32 bytes never have this few distinct bytes; typed-in ones do. */
function isWeakKey(key: string): boolean {
  const bytes = /^[0-9a-f]{64}$/i.test(key) ? Buffer.from(key, 'hex') : Buffer.from(key, 'base64');
  return new Set(bytes).size < 16 || areGuessableBytes(bytes) || isGuessable(key);
}

/**
 * Who learns one of our secrets must not have another with it. That Meta's are the same among themselves, an app's old
 * and new for instance, is no matter.
 */
function sameSecrets(env: Partial<Env>): SettingProblem[] {
  const own = [
    'JWT_SECRET', 'ENCRYPTION_KEY', 'META_WEBHOOK_VERIFY_TOKEN', 'METRICS_TOKEN', 'ALERT_WEBHOOK_SECRET',
  ] as const; // prettier-ignore
  const others = ['INSTAGRAM_CLIENT_SECRET', 'META_APP_SECRET', 'APP_SECRET_PREVIOUS', 'OPENAI_API_KEY'] as const;
  return own.flatMap((name, index) => {
    const same = [...own.slice(0, index), ...others].find((other) => [env[other]].flat().includes(env[name]));
    return env[name] === undefined || same === undefined
      ? []
      : [{ name, expected: `has the same value as ${same}; production needs one of its own` }];
  });
}

/** Servers of one's own that speak OpenAI's API take any word; OpenAI's keys are long and random. */
function isPlaceholder(key: string): boolean {
  const random = /^sk-(?:(?:proj|svcacct|admin|None)-)?(.*)$/.exec(key)?.[1];
  return keyPlaceholder.test(key) || (random !== undefined && (random.length < 16 || isGuessable(random)));
}
