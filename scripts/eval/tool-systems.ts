import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOf } from './mutants.js';
import type { Shop, ShopTool, ToolCall } from './shops.js';

/** The systems behind the shops' tools and their pages, on 127.0.0.1. */
export class ToolSystems {
  private readonly calls = new Map<string, ToolCall[]>();
  private readonly pages = new Map<string, string>();

  private constructor(
    private readonly server: Server,
    private readonly shops: readonly Shop[],
  ) {}

  static async start(shops: readonly Shop[]): Promise<ToolSystems> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, type, body } = systems.answer(request.url ?? '/', Buffer.concat(chunks).toString('utf8'));
        response.writeHead(status, { 'content-type': type }).end(body);
      });
    });
    const systems = new ToolSystems(server, shops);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return systems;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Where a tool of the shop is asked instead of its own address; parameters come as a query or a body. */
  addressOf(shop: string, tool: ShopTool): string {
    return `${this.url}/tools/${shop}/${tool.name}`;
  }

  addPage(path: string, html: string): string {
    this.pages.set(`/pages/${path}`, html);
    return `${this.url}/pages/${path}`;
  }

  /** What was called since the last look. */
  takeCalls(shop: string): ToolCall[] {
    const calls = this.calls.get(shop) ?? [];
    this.calls.delete(shop);
    return calls;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(address: string, body: string): { status: number; type: string; body: string } {
    const { pathname, searchParams } = new URL(address, this.url);
    const page = this.pages.get(pathname);
    if (page !== undefined) return { status: 200, type: 'text/html; charset=utf-8', body: page };
    const [, , shopId = '', name = ''] = pathname.split('/');
    const shop = this.shops.find(({ id }) => id === shopId);
    const sent = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
    const args = { ...Object.fromEntries(searchParams), ...sent };
    const found = shop && answerOf(shop, name, args);
    this.calls.set(shopId, [...(this.calls.get(shopId) ?? []), { name, args }]);
    return { status: found?.status ?? 404, type: 'application/json', body: JSON.stringify(found?.body ?? {}) };
  }
}
