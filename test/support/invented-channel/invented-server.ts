import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message that the invented channel took. */
export interface TakenMessage {
  id: string;
  to: string;
  text: string;
  /** Whatever the sender wrote beside it: statuses carry it again. */
  note: string;
}

/** Whose the token is. */
export interface InventedAccount {
  number: string;
  name: string;
}

export const inventedToken = 'a-token-of-the-invented-channel';

/** The invented channel's own server: knows one account, takes messages, and may swallow an answer. */
export class InventedServer {
  readonly taken: TakenMessage[] = [];
  /** So many answers to sends are lost: the message is taken, and the connection breaks. */
  answersToLose = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<InventedServer> {
    const server = createServer();
    const invented = new InventedServer(server);
    server.on('request', (request, response) => {
      if (request.url === '/account') {
        const account: InventedAccount = { number: '900', name: 'The Invented Shop' };
        if (request.headers.authorization !== `Bearer ${inventedToken}`) response.statusCode = 401;
        response.end(JSON.stringify(account));
        return;
      }
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Omit<TakenMessage, 'id'>;
        const message = { id: `invented-${invented.taken.length + 1}`, ...body };
        invented.taken.push(message);
        if (invented.answersToLose-- > 0) return request.socket.destroy();
        return response.end(JSON.stringify({ id: message.id }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return invented;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
