import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ShopOrder {
  state: string;
  arrives?: string;
  /** What no customer is to be told. */
  margin?: number;
}

/** One request to the shop. */
export interface ShopCall {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** What the shop answers instead, next: a status, nothing at all, or a break-off once it has acted. */
export type ShopFault = { mode: 'status'; status: number } | { mode: 'hang' } | { mode: 'drop_after_acting' };

/** Starts the shop's own system, which the agent's tools ask: orders by number, on 127.0.0.1. */
export async function startShopServer(orders: Record<string, ShopOrder> = SHOP_ORDERS): Promise<ShopServer> {
  const shop = new ShopServer(orders);
  await shop.start();
  return shop;
}

export const SHOP_ORDERS: Readonly<Record<string, ShopOrder>> = {
  'JP-1042': { state: 'on its way', arrives: '2026-12-03', margin: 41 },
  'JP-1043': { state: 'being packed', margin: 38 },
};

/** For the key by which the server has to show who it is. */
export const SHOP_KEY = 'shop-key-of-the-sandbox';

export class ShopServer {
  /** Every request so far. */
  readonly calls: ShopCall[] = [];
  /** Changes that were carried out, by the key that each request for it bore. */
  readonly cancelled: { order: string; key: string | undefined }[] = [];
  private readonly orders: Map<string, ShopOrder>;
  private readonly faults: ShopFault[] = [];
  private readonly server: Server;
  private readonly waiting: ((call: ShopCall) => void | Promise<void>)[] = [];

  constructor(orders: Record<string, ShopOrder>) {
    this.orders = new Map(Object.entries(orders).map(([number, order]) => [number, { ...order }]));
    this.server = createServer((request, response) => {
      this.take(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  orderOf(number: string): ShopOrder | undefined {
    return this.orders.get(number);
  }

  setOrder(number: string, order: ShopOrder): void {
    this.orders.set(number, order);
  }

  /** The next request meets it. */
  fail(fault: ShopFault): void {
    this.faults.push(fault);
  }

  /** Called with the next request, before it is answered. */
  onNext(then: (call: ShopCall) => void | Promise<void>): void {
    this.waiting.push(then);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  /** The tools as an owner would declare them, by name. */
  get tools(): Record<string, Record<string, unknown>> {
    const order_number = { type: 'string', pattern: '^JP-[0-9]{4}$', from_customer: true };
    const parameters = { type: 'object', additionalProperties: false, required: ['order_number'] };
    const headers = [{ name: 'Authorization', value: `Bearer ${SHOP_KEY}`, secret: true }];
    return {
      order_lookup: {
        ...{ effect: 'read', method: 'GET', url: `${this.url}/orders/{order_number}`, headers },
        description: 'Where an order is and when it arrives, by its number (JP-1042).',
        ...{ parameters: { ...parameters, properties: { order_number } }, pick: ['/state', '/arrives'] },
      },
      cancel_order: {
        ...{ effect: 'write', method: 'POST', url: `${this.url}/orders/{order_number}/cancel`, headers },
        description: 'Cancels an order that was not sent yet, by its number.',
        ...{ parameters: { ...parameters, properties: { order_number } }, pick: ['/state'] },
      },
    };
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = request;
    const body = method === 'GET' ? undefined : await json(request).catch(() => undefined);
    const call = { method, path, headers, body };
    this.calls.push(call);
    await this.waiting.shift()?.(call);
    const fault = this.faults.shift();
    if (fault?.mode === 'hang') return;
    if (fault?.mode === 'status') return this.say(response, fault.status, { error: 'out of order' });
    const [status, said] = this.answer(call);
    if (fault?.mode === 'drop_after_acting') return void response.destroy();
    this.say(response, status, said);
  }

  private answer({ method, path, headers }: ShopCall): [number, unknown] {
    if (headers.authorization !== `Bearer ${SHOP_KEY}`) return [401, { error: 'who are you?' }];
    const [, number = '', action] = /^\/orders\/([^/?]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const order = this.orders.get(decodeURIComponent(number));
    if (!order) return [404, { error: 'unknown order' }];
    if (method === 'GET' && action === undefined) return [200, { number, ...order }];
    if (method !== 'POST' || action !== 'cancel') return [405, { error: 'no' }];
    const key = headers['idempotency-key'];
    this.cancelled.push({ order: number, key: typeof key === 'string' ? key : undefined });
    order.state = 'cancelled';
    return [200, order];
  }

  private say(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}
