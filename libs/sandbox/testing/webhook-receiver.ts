import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a spec's server saw of one webhook. */
export interface Received {
  raw: string;
  body: { object?: string; entry?: { id: string; messaging?: Record<string, never>[] }[] };
  signed: boolean;
  path: string;
}

export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** Decides each answer's status; 200 when it gives none. */
  answerWith(status: (received: Received) => number | 'never'): void;
  /** What is in each answer; nothing when not told. */
  speakWith(body: (received: Received) => string): void;
  stop(): Promise<void>;
}

/** A server in the place of ours, that checks signatures and keeps what came. */
export async function startReceiver(secret: string): Promise<WebhookReceiver> {
  const received: Received[] = [];
  let decide: (received: Received) => number | 'never' = () => 200;
  let speak: (received: Received) => string = () => '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString();
      const expected = `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`;
      const signed = request.headers['x-hub-signature-256'] === expected;
      const one: Received = { raw, body: raw ? JSON.parse(raw) : {}, signed, path: request.url ?? '' };
      const status = decide(one);
      received.push(one);
      if (status !== 'never') response.writeHead(status).end(speak(one));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/instagram`,
    received,
    answerWith: (status) => void (decide = status),
    speakWith: (body) => void (speak = body),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
