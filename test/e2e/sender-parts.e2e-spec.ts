import { OutboundRepository } from '../../src/dms/index.js';
import { DeadLettersRepository } from '../../src/queue/index.js';
import { SenderScene } from '../support/sender-scene.js';
import { useServices } from '../support/services.js';

const scene = new SenderScene(useServices());
const outbound = () => scene.app.get(OutboundRepository);

const queueThree = async () => (await scene.queue(['1', '2', '3'])) as [string, string, string];

/** What a process does that ends before it has failed the parts behind. */
function endBeforeFollowersFail(): void {
  jest.spyOn(outbound(), 'failFollowers').mockRejectedValueOnce(new Error('the process ended'));
}

afterEach(() => jest.restoreAllMocks());

describe('a reply of several parts, of which one is not sent', () => {
  it('is not sent any further when the process ended before it had failed the parts behind', async () => {
    const [one, two, three] = await queueThree();
    const [next] = (await scene.queue(['next'])) as [string];
    await outbound().markFailed(await scene.find(one), { kind: 'invalid', message: 'Refused.' }, ['queued']);

    await scene.sendNow();

    expect(scene.accepted()).toEqual(['next']);
    expect(await scene.statusOf(next)).toBe('sent');
    const letters = await scene.app.get(DeadLettersRepository).list({ kind: 'send', limit: 50 });
    for (const id of [two, three]) {
      expect(letters.map(({ payload }) => payload['dm_id'])).not.toContain(id);
      expect(await scene.find(id)).toMatchObject({ status: 'failed', error: { kind: 'earlier_part_failed' } });
    }
  });

  it('counts as overtaken as a whole', async () => {
    const [one, two] = await queueThree();
    const error = { kind: 'superseded', message: 'Somebody answered.' };
    await outbound().markFailed(await scene.find(one), error, ['queued']);

    await scene.sendNow();

    expect(scene.accepted()).toEqual([]);
    expect(await scene.find(two)).toMatchObject({ status: 'failed', error });
  });

  it.each([false, true])('is not sent any further when its first part was deleted, for good: %s', async (hard) => {
    const [one, two] = await queueThree();
    const remove = async () => (await scene.app.call()).delete(`/instagram-dms/${one}`).query({ hard });
    endBeforeFollowersFail();
    expect((await remove()).status).toBe(500);
    expect((await remove()).status).toBe(200);

    await scene.sendNow();

    expect(scene.accepted()).toEqual([]);
    expect(await scene.find(two)).toMatchObject({ status: 'failed', error: { kind: 'earlier_part_failed' } });
  });

  it('goes on behind a part that was sent', async () => {
    const [one] = await queueThree();
    await outbound().markSent(await scene.find(one), 'mid-of-one', {});

    await scene.sendNow();

    expect(scene.accepted()).toEqual(['2', '3']);
  });
});
