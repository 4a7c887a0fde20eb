import { SendWakesService } from './send-wakes.service.js';

const isOver = async (woken: Promise<void>): Promise<boolean> =>
  Promise.race([woken.then(() => true), Promise.resolve().then(() => Promise.resolve(false))]);

describe('waiting for an attempt to send', () => {
  it('ends with an attempt in the conversation, for everybody who waits there', async () => {
    const wakes = new SendWakesService();
    const [first, second, elsewhere] = [wakes.next('a', 60_000), wakes.next('a', 60_000), wakes.next('b', 60_000)];

    wakes.wake('a');

    expect(await Promise.all([first, second, elsewhere].map(({ woken }) => isOver(woken)))).toEqual([
      true,
      true,
      false,
    ]);
    elsewhere.cancel();
  });

  it('ends after its time, when no attempt was made here', async () => {
    await new SendWakesService().next('a', 1).woken;
  });

  it('ends at once when the process stops, and none begins', async () => {
    const wakes = new SendWakesService();
    const before = wakes.next('a', 60_000);

    wakes.beforeApplicationShutdown();

    await before.woken;
    await wakes.next('a', 60_000).woken;
    expect(wakes.isStopping).toBe(true);
  });
});
