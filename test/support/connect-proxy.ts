import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** A proxy as companies have it: makes tunnels, knows names that nobody else does, and may ask for a password. */
export class ConnectProxy {
  /** What it was asked for, `host:port`. */
  readonly asked: string[] = [];
  private readonly server: Server = createServer((_request, answer) => answer.writeHead(405).end());

  /** @param hosts where names lead to, `host:port` */
  constructor(
    private readonly hosts: Record<string, number>,
    private readonly credentials?: string,
  ) {
    this.server.on('connect', (request, near, head) => {
      const target = request.url ?? '';
      this.asked.push(target);
      const port = this.hosts[target];
      const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
      near.on('error', () => undefined);
      if (expected && request.headers['proxy-authorization'] !== expected)
        return void near.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      if (port === undefined) return void near.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      const far = connect(port, '127.0.0.1', () => {
        near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        far.write(head);
        far.pipe(near).pipe(far);
      });
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
      near.on('close', () => far.destroy());
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    return `http://${this.credentials ? `${this.credentials}@` : ''}127.0.0.1:${port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
