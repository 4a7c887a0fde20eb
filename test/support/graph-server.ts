import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { graphAnswer, type GraphFixtureAnswer } from '../fixtures/graph-fixtures.js';

/** A request as it arrived. */
export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: string;
}

/**
 * What the server does with a request: answers with a fixture by its name or as told; takes the request and then
 * resets the connection, says nothing, or breaks off in the middle of a good answer.
 */
export type Behaviour = string | Partial<GraphFixtureAnswer> | { act: 'reset' | 'hang' | 'break_off' };

/** A small real HTTP server that behaves as told, in order; the last behaviour stays. */
export class GraphServer {
  readonly requests: SeenRequest[] = [];
  private behaviours: Behaviour[] = ['send-success'];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<GraphServer> {
    const server = createServer();
    const graph = new GraphServer(server);
    server.on('request', (request, response) => void graph.serve(request, response));
    server.on('connection', (socket) => graph.sockets.add(socket.on('close', () => graph.sockets.delete(socket))));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return graph;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get last(): SeenRequest {
    const request = this.requests.at(-1);
    if (!request) throw new Error('No request arrived.');
    return request;
  }

  behave(...behaviours: Behaviour[]): void {
    this.behaviours = behaviours;
    this.requests.length = 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push({
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    const behaviour = (this.behaviours.length > 1 ? this.behaviours.shift() : this.behaviours[0]) ?? 'send-success';
    this.answer(typeof behaviour === 'string' ? graphAnswer(behaviour) : behaviour, response);
  }

  private answer(behaviour: Exclude<Behaviour, string>, response: ServerResponse): void {
    if ('act' in behaviour) {
      if (behaviour.act === 'reset') response.socket?.resetAndDestroy();
      if (behaviour.act !== 'break_off') return;
      response.writeHead(200, { 'content-length': '1000' }).write('{"recipient_id":');
      setImmediate(() => response.socket?.resetAndDestroy());
      return;
    }
    const { status = 200, headers = {}, body = '' } = behaviour;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }
}
