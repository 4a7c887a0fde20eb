import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const completion = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1_760_000_000,
  model: 'gpt-6-luna',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'We are open from ten to six.', refusal: null },
    },
  ],
  usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
});

/**
 * Meta and the model as they would be if they took no time: chat completions and sends are answered at once. Everything
 * else (connecting an account) is passed on to the sandbox.
 */
export class InstantMeta {
  /** Where everything else goes, such as the sandbox's GRAPH_INSTAGRAM_URL; known once that runs. */
  sandboxUrl = '';
  /** How many messages each person got. */
  readonly messagesTo = new Map<string, number>();
  private readonly waiting = new Map<string, (at: number) => void>();
  private count = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => void this.answer(request, Buffer.concat(chunks), response));
    });
  }

  static async start(): Promise<InstantMeta> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new InstantMeta(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @returns when (performance.now()) a message for this person was on the wire */
  nextMessageTo(personId: string, timeoutMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMs);
      this.waiting.set(personId, (at) => {
        clearTimeout(timer);
        this.waiting.delete(personId);
        resolve(at);
      });
    });
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private noteMessageTo(personId: string, at: number): void {
    this.messagesTo.set(personId, (this.messagesTo.get(personId) ?? 0) + 1);
    this.waiting.get(personId)?.(at);
  }

  private async answer({ url = '', method = 'GET', headers }: IncomingMessage, body: Buffer, response: ServerResponse) {
    const at = performance.now();
    const json = (text: string): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    if (url.endsWith('/chat/completions')) return json(completion);
    if (method === 'POST' && /\/messages$/.test(url)) {
      const { recipient, message } = JSON.parse(body.toString()) as { recipient: { id: string }; message?: object };
      if (message) this.noteMessageTo(recipient.id, at);
      return json(
        JSON.stringify({ recipient_id: recipient.id, ...(message ? { message_id: `bench-${++this.count}` } : {}) }),
      );
    }
    if (url.startsWith('/v1/models/')) {
      return json(
        JSON.stringify({ id: url.slice('/v1/models/'.length), object: 'model', created: 0, owned_by: 'bench' }),
      );
    }
    const passedOn = await fetch(`${this.sandboxUrl}${url}`, {
      method,
      headers: { authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? '' },
      ...(body.length > 0 ? { body } : {}),
    });
    response.writeHead(passedOn.status, { 'content-type': passedOn.headers.get('content-type') ?? 'application/json' });
    response.end(await passedOn.text());
  }
}
