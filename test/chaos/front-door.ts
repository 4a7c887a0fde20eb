import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';

const passedOn = ['content-type', 'user-agent', 'x-hub-signature', 'x-hub-signature-256', 'authorization'];

/** What a load balancer is to Meta: one address, in front of every api process in turn, well or not. */
export class FrontDoor {
  private readonly server: Server;
  private readonly agent = new Agent({ connections: 64, pipelining: 1, keepAliveTimeout: 4_000 });
  private turn = 0;

  private constructor(private readonly backends: string[]) {
    this.server = createServer((incoming, answer) => void this.pass(incoming, answer));
  }

  static async open(backends: string[]): Promise<FrontDoor> {
    const door = new FrontDoor(backends);
    await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.agent.destroy();
  }

  private async pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const backend = this.backends[this.turn++ % this.backends.length] as string;
    const gone = new AbortController();
    answer.once('close', () => gone.abort());
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const { statusCode, headers, body } = await request(`${backend}${incoming.url}`, {
        method: incoming.method as 'POST',
        headers: Object.fromEntries(passedOn.flatMap((name) => [[name, incoming.headers[name]]]).filter(([, v]) => v)),
        body: Buffer.concat(chunks),
        dispatcher: this.agent,
        signal: gone.signal,
      });
      const text = await body.text();
      answer.writeHead(statusCode, { 'content-type': String(headers['content-type'] ?? 'text/plain') }).end(text);
    } catch (error) {
      if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'text/plain' });
      answer.end(`no answer from ${backend}: ${(error as Error).message}`);
    }
  }
}
