import { once } from 'node:events';
import { createServer } from 'node:net';
import { findFreePort, isPortFree } from './free-port.js';

describe('findFreePort', () => {
  it('passes over a port that is free alone but not with the others its server listens on', async () => {
    const asked: number[] = [];
    const port = await findFreePort(async (candidate) => {
      asked.push(candidate);
      return asked.length === 3;
    });

    expect(asked).toHaveLength(3);
    expect(port).toBe(asked[2]);
  });

  it('says so when it finds none', async () => {
    await expect(findFreePort(async () => false)).rejects.toThrow(/No free port found between 20000 and 32000/);
  });

  it('takes a port that somebody listens on for taken, and for free when they are gone', async () => {
    const server = createServer();
    const port = await findFreePort();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');

    expect(await isPortFree(port)).toBe(false);

    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).toBe(true);
  });
});
