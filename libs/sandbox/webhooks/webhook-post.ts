import { Agent, request } from 'undici';
import type { Attempt } from './delivery.js';

/** Posts webhooks over kept connections. */
export class WebhookPost {
  private readonly agent = new Agent({ connections: 64, keepAliveTimeout: 5_000 });

  /** One attempt. Never rejects: what went wrong is in the attempt. */
  async send(url: string, body: string, headers: Record<string, string>, timeoutMs: number): Promise<Attempt> {
    const at = Date.now();
    try {
      const answer = await request(url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', 'user-agent': 'facebookexternalua', accept: '*/*', ...headers },
        dispatcher: this.agent,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await answer.body.text();
      return { at, durationMs: Date.now() - at, status: answer.statusCode, answer: text.slice(0, 500) };
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      return { at, durationMs: Date.now() - at, status: null, error: reason };
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}
