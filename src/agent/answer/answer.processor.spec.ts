import { MovableClock } from '#libs/clock';
import type { DmsRepository } from '../../dms/index.js';
import { ScrapeSources } from '../../observability/index.js';
import type { JobQueue } from '../../queue/index.js';
import { AnswerProcessor } from './answer.processor.js';
import type { AnswerService } from './answer.service.js';

const clock = new MovableClock();

/** A sweep over so many conversations that are due, and a Redis that takes so many jobs. */
function sweepOver(due: number, redis: { isReachable: boolean; takes?: number }) {
  const waiting = Array.from({ length: due }, (_, n) => `c${n}`);
  const jobs: string[] = [];
  const dms = {
    takeDuePending: (_stored: Date, _now: Date, limit: number) => Promise.resolve(waiting.splice(0, limit)),
  };
  const queue = {
    isReachable: redis.isReachable,
    add: (_name: string, { conversation_id: id }: { conversation_id: string }) => {
      const taken = jobs.length < (redis.takes ?? Infinity);
      if (taken) jobs.push(id);
      return Promise.resolve(taken);
    },
  };
  const processor = new AnswerProcessor(
    {} as AnswerService,
    dms as unknown as DmsRepository,
    queue as unknown as JobQueue,
    clock,
    new ScrapeSources(),
  );
  return { waiting, jobs, run: () => processor.sweep(new AbortController().signal) };
}

describe('the sweep over what is unanswered', () => {
  it('hands over all that is due', async () => {
    const sweep = sweepOver(120, { isReachable: true });

    await sweep.run();

    expect(sweep.jobs).toEqual(Array.from({ length: 120 }, (_, n) => `c${n}`));
  });

  it('takes nothing while Redis is away, so that nothing waits any longer once it is back', async () => {
    const sweep = sweepOver(120, { isReachable: false });

    await sweep.run();

    expect(sweep.waiting).toHaveLength(120);
  });

  it('leaves the rest for the next sweep when Redis stops answering', async () => {
    const sweep = sweepOver(1_000, { isReachable: true, takes: 70 });

    await sweep.run();

    expect(sweep.jobs).toHaveLength(70);
    expect(sweep.waiting.length).toBeGreaterThanOrEqual(900);
  });
});
