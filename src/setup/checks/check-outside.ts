import { randomBytes } from 'node:crypto';
import { fetch } from 'undici';
import { ModelClient } from '../../agent/index.js';
import type { AppConfig } from '../../config/index.js';
import { MediaStorageService } from '../../media/index.js';
import { reasonOf, type Finding } from './finding.js';

const timeoutMs = 10_000;

async function get(url: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' });
  return { status: answer.status, text: (await answer.text()).slice(0, 1_000) };
}

/** Whether API_URL leads here, and Meta's question about the webhook is answered with our word alone. */
export async function checkPublicAddress(config: AppConfig): Promise<Finding[]> {
  const part = 'Public address';
  const { API_URL: url } = config;
  try {
    const { status, text } = await get(`${url}/health/live`);
    if (status !== 200 || !text.includes('"alive"'))
      return [
        {
          part,
          state: 'failed',
          text: `${url} answers ${status}, and not as this server does. Look at API_URL and the proxy.`,
        },
      ];
  } catch (error) {
    return [
      {
        part,
        state: 'failed',
        text: `${url} could not be reached: ${reasonOf(error)}. Does a process run, and lead DNS and TLS to it?`,
      },
    ];
  }
  const here: Finding = url.startsWith('https:')
    ? { part, state: 'ok', text: `${url} leads to this server.` }
    : { part, state: 'weak', text: `${url} leads to this server, but Meta delivers to https alone.` };
  return [here, await checkWebhook(config)];
}

async function checkWebhook({ API_URL, META_WEBHOOK_VERIFY_TOKEN: token }: AppConfig): Promise<Finding> {
  const part = 'Webhook';
  const challenge = `doctor-${randomBytes(8).toString('hex')}`;
  const ask = (word: string) =>
    get(
      `${API_URL}/webhook/meta?${new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': challenge, 'hub.verify_token': word }).toString()}`,
    );
  try {
    const [right, wrong] = await Promise.all([ask(token.reveal()), ask(randomBytes(12).toString('hex'))]);
    if (right.status !== 200 || right.text !== challenge)
      return {
        part,
        state: 'failed',
        text: `the verify token is answered with ${right.status}: the running server has another META_WEBHOOK_VERIFY_TOKEN.`,
      };
    if (wrong.status === 200)
      return { part, state: 'failed', text: 'any verify token is confirmed: something else answers there.' };
    return { part, state: 'ok', text: 'the verify token is confirmed, and no other.' };
  } catch (error) {
    return { part, state: 'failed', text: `/webhook/meta did not answer: ${reasonOf(error)}.` };
  }
}

/** Whether the models that are named exist for this key. */
export async function checkModels(config: AppConfig): Promise<Finding[]> {
  const part = 'Model';
  const client = new ModelClient(config);
  if (!client.isConfigured)
    return [{ part, state: 'skipped', text: 'OPENAI_API_KEY is not set: the agent does not answer.' }];
  const names = [...new Set([config.OPENAI_MODEL, ...config.OPENAI_MODELS, config.OPENAI_TRANSCRIPTION_MODEL])];
  return Promise.all(names.map((name) => checkModel(client, name)));
}

async function checkModel(client: ModelClient, name: string): Promise<Finding> {
  const part = 'Model';
  const { state } = await client
    .lookUp(name, AbortSignal.timeout(timeoutMs))
    .catch(() => ({ state: 'unknown' as const }));
  if (state === 'there') return { part, state: 'ok', text: `${name} is there.` };
  if (state === 'gone')
    return {
      part,
      state: 'failed',
      text: `the provider has no model ${name}. Set another (OPENAI_MODEL, OPENAI_MODELS, OPENAI_TRANSCRIPTION_MODEL).`,
    };
  return {
    part,
    state: 'weak',
    text: `the provider does not say whether there is ${name}: the key may be refused, or the address not answer. Look at OPENAI_API_KEY and OPENAI_BASE_URL.`,
  };
}

/** Whether the bucket for copies of media is there and ours. */
export async function checkBucket(config: AppConfig): Promise<Finding[]> {
  const part = 'Bucket';
  const storage = new MediaStorageService(config);
  if (!storage.isConfigured)
    return [{ part, state: 'skipped', text: 'S3_BUCKET_NAME is not set: no copies of media are kept.' }];
  try {
    await storage.check();
    return [{ part, state: 'ok', text: `${config.S3_BUCKET_NAME} is there and lets us in.` }];
  } catch (error) {
    const { name } = error as Error;
    return [
      {
        part,
        state: 'failed',
        text: `${config.S3_BUCKET_NAME} can't be used (${name}). Look at AWS_… and S3_BUCKET_NAME.`,
      },
    ];
  } finally {
    storage.onApplicationShutdown();
  }
}
