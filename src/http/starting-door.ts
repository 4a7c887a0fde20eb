import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';

const notAsked = { status: 'down', reason: 'starting' };
const starting = {
  status: 'starting',
  service: 'Instagram DM API',
  parts: { mongodb: notAsked, redis: notAsked, deliveries: notAsked },
};
const refusal = { success: false, error: 'The server is starting. Try again shortly.', code: 'unavailable' };
const retryAfterS = 5;

/**
 * Stands at the port until the application can answer there itself: indexes may be built for minutes before that. It
 * lives, so that nobody restarts the process, and it is not ready, so that nobody sends it work; Meta delivers again.
 */
export class StartingDoor {
  private constructor(private readonly server: Server) {}

  /** @throws the system's error when the port can't be had */
  static async open(port: number, host: string): Promise<StartingDoor> {
    const server = createServer(({ url = '/' }, answer) => {
      const path = url.split('?')[0];
      if (path === '/health/live') send(answer, 200, { status: 'alive' });
      else send(answer, 503, path === '/health' || path === '/health/ready' ? starting : refusal);
    });
    server.requestTimeout = 10_000;
    server.listen(port, host);
    await once(server, 'listening');
    return new StartingDoor(server);
  }

  /** Leaves the port to the application. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

function send(answer: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  answer.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(status === 503 ? { 'retry-after': String(retryAfterS) } : {}),
    connection: 'close',
  });
  answer.end(text);
}
