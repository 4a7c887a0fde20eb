import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { EmbeddedServiceError } from './errors.js';

/**
 * Below the ports that systems hand out to outgoing connections (Linux from 32768, macOS from 49152). A server that is
 * killed and restarted on its port must find it free: a client that keeps dialling a dead port inside that range may be
 * given the very same number as its own end, connects to itself, and holds the port.
 */
const firstPort = 20_000;
const endPort = 32_000;
const attempts = 50;

/**
 * A port of 127.0.0.1 that nobody listens on. It isn't reserved: whoever starts a server on it tries another one when
 * somebody was faster.
 * @param isFree asked of each candidate; a server that listens on more than one port looks at all of them
 * @throws {EmbeddedServiceError} when 50 random ports were all taken
 */
export async function findFreePort(isFree: (port: number) => Promise<boolean> = isPortFree): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(firstPort, endPort);
    if (await isFree(port)) return port;
  }
  throw new EmbeddedServiceError(`No free port found between ${firstPort} and ${endPort} on 127.0.0.1.`);
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Whether somebody accepts connections on this port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ port, host: '127.0.0.1' });
    const answer = (listening: boolean): void => {
      probe.destroy();
      resolve(listening);
    };
    probe.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
