import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** A POST as it came in. */
export interface ReceivedPost {
  headers: IncomingHttpHeaders;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
  /** As it went over the wire: what is signed. */
  raw: string;
}

/** A tenant's dashboard: takes what a webhook endpoint is told. */
export interface WebhookReceiver {
  url: string;
  posts: ReceivedPost[];
  /** What it answers with from now on; 204 at first. */
  answer: (response: ServerResponse) => void;
  /** Those of a type whose JSON holds a text. */
  of(type: string, containing?: string): ReceivedPost[];
  stop(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    void text(request).then((raw) => {
      receiver.posts.push({ headers: request.headers, body: JSON.parse(raw) as ReceivedPost['body'], raw });
      receiver.answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    posts: [],
    answer: (response) => void response.writeHead(204).end(),
    of: (type, containing = '') =>
      receiver.posts.filter(({ body, raw }) => body.type === type && raw.includes(containing)),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

/** Whether a post is signed with a secret, as a receiver's own library finds. */
export function isSignedWith(secret: string, { raw, headers }: ReceivedPost): boolean {
  try {
    new Webhook(secret).verify(raw, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
