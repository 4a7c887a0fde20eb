import { Redis } from 'ioredis';
import { EmbeddedServiceError } from './errors.js';
import { findOnPath } from './programs.js';
import { ServerProcess, type ServerOptions } from './server-process.js';

/** A `redis-server` (or `valkey-server`) set up as a queue needs it: append-only file, and never evicting a key. */
export class RedisProcess extends ServerProcess {
  readonly label = 'Redis';

  constructor(program: string, options: ServerOptions = {}) {
    super(program, options);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  protected args(port: number, folder: string): string[] {
    const settings = {
      port,
      bind: '127.0.0.1',
      dir: folder,
      appendonly: 'yes',
      appendfsync: 'everysec',
      save: '',
      'maxmemory-policy': 'noeviction',
      databases: 64, // a database for each of several test workers
      daemonize: 'no',
    };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  }

  protected async ready(): Promise<number> {
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
    client.on('error', () => undefined); // the rejected connect() tells it
    try {
      await client.connect(); // waits while the append-only file is loaded
      return Number(/^process_id:(\d+)/m.exec(await client.info('server'))?.[1]);
    } finally {
      client.disconnect();
    }
  }
}

/**
 * The machine's Redis or Valkey server program.
 * @throws {EmbeddedServiceError} saying how to install one
 */
export async function findRedisProgram(): Promise<string> {
  const program = (await findOnPath('redis-server')) ?? (await findOnPath('valkey-server'));
  if (program) return program;
  throw new EmbeddedServiceError(
    'No redis-server found. Install it (Debian, Ubuntu: sudo apt-get install redis-server; macOS: brew install redis; ' +
      'Fedora: sudo dnf install valkey), or set REDIS_URL to a server that runs elsewhere.',
  );
}
