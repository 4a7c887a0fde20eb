import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** One thing that the shop was asked to put aside. */
export interface PutAside {
  /** The key that the request bore: the action's. */
  key: string;
  note: string;
}

/** `read`: it was asked something; `write`: it was told to do something. */
export type ShopStep = { kind: 'read'; stamp: string } | ({ kind: 'write' } & PutAside);

/** How long a request is on its way: long enough to die under it. */
const tookMs = 25;

/**
 * The shop's own system, which the agent's tools ask: it stamps what an answer will say, so that the answer rests on it,
 * and puts things aside. What it was told to do it did, whether anybody heard so or not.
 */
export class ChaosShop {
  readonly putAside: PutAside[] = [];
  stamps = 0;
  private readonly watchers = new Set<(step: ShopStep) => void>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ChaosShop> {
    const server = createServer((request, response) => {
      void shop.answer(request).then((body) => response.setHeader('content-type', 'application/json').end(body));
    });
    const shop = new ChaosShop(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return shop;
  }

  /** As an owner declares them, by name. */
  get tools(): Record<string, object> {
    const url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const text = { type: 'string' };
    return {
      stamp: {
        ...{ description: 'Stamps an answer.', method: 'GET', url: `${url}/stamp`, effect: 'read' },
        parameters: { required: ['stamp'], properties: { stamp: text } },
      },
      put_aside: {
        ...{ description: 'Puts something aside.', method: 'POST', url: `${url}/put-aside`, effect: 'write' },
        ...{ idempotent: true, approval: 'automatic' },
        parameters: { required: ['note'], properties: { note: { ...text, from_customer: true } } },
      },
    };
  }

  /** @returns stops it */
  watch(watcher: (step: ShopStep) => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage): Promise<string> {
    const { searchParams } = new URL(request.url ?? '/', 'http://shop');
    const stamp = searchParams.get('stamp');
    if (stamp !== null) {
      this.stamps++;
      this.tell({ kind: 'read', stamp });
      await new Promise((resolve) => setTimeout(resolve, tookMs));
      return JSON.stringify({ stamp });
    }
    const { note } = (await json(request)) as { note: string };
    const done = { key: String(request.headers['idempotency-key']), note };
    this.putAside.push(done);
    this.tell({ kind: 'write', ...done });
    await new Promise((resolve) => setTimeout(resolve, tookMs));
    return JSON.stringify({ aside: true });
  }

  private tell(step: ShopStep): void {
    for (const watcher of this.watchers) watcher(step);
  }
}
