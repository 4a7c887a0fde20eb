import { getEventListeners, getMaxListeners, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { withOwnSignal } from '#libs/own-signal';

const longMs = 60_000;
const untilAborted = async (signal: AbortSignal): Promise<unknown> => {
  if (!signal.aborted) await once(signal, 'abort');
  return signal.reason;
};

describe('work under a signal of its own', () => {
  it('gives back what the work does, and throws what it throws', async () => {
    const { signal: under } = new AbortController();

    expect(await withOwnSignal({ under, timeoutMs: longMs }, () => Promise.resolve('done'))).toBe('done');
    await expect(
      withOwnSignal({ under, timeoutMs: longMs }, () => Promise.reject(new Error('broken'))),
    ).rejects.toThrow('broken');
  });

  it('is told when the signal above aborts, with its reason, also if that was before it began', async () => {
    const above = new AbortController();
    const reason = new Error('shutting down');
    const options = { under: above.signal, timeoutMs: longMs };
    const before = withOwnSignal(options, untilAborted);

    above.abort(reason);

    expect(await before).toBe(reason);
    expect(await withOwnSignal(options, untilAborted)).toBe(reason);
  });

  it('is told when its time is over, which the signal above is not', async () => {
    const { signal: under } = new AbortController();

    expect(await withOwnSignal({ under, timeoutMs: 5 }, untilAborted)).toMatchObject({ name: 'TimeoutError' });
    expect(under.aborted).toBe(false);
  });

  it('leaves nothing on the signal above, however much runs under it and whatever that leaves on its own', async () => {
    const { signal: under } = new AbortController();
    const works = Array.from({ length: 100 }, () =>
      withOwnSignal({ under, timeoutMs: longMs }, async (signal) => {
        signal.addEventListener('abort', () => undefined);
        await sleep(1);
      }),
    );

    expect(getEventListeners(under, 'abort')).toHaveLength(100);
    expect(getMaxListeners(under)).toBe(Infinity); // of more than it allows Node warns
    await Promise.all(works);

    expect(getEventListeners(under, 'abort')).toHaveLength(0);
  });
});
