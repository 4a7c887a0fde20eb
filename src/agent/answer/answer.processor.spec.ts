import { setTimeout as delay } from 'node:timers/promises';
import { MovableClock } from '#libs/clock';
import { eventually } from '../../../test/support/eventually.js';
import { IngestLoadService, type DmsRepository } from '../../dms/index.js';
import { ScrapeSourcesService } from '../../observability/index.js';
import type { JobQueueService } from '../../queue/index.js';
import { AnswerProcessor } from './answer.processor.js';
import type { AnswerService } from './answer.service.js';

const clock = new MovableClock();

/** A sweep over so many conversations that are due, and a Redis that takes so many jobs. */
function sweepOver(due: number, redis: { isReachable: boolean; takes?: number; waiting?: number }) {
  const waiting = Array.from({ length: due }, (_, n) => `c${n}`);
  const jobs: string[] = [];
  const ages: number[] = [];
  const dms = {
    takeDuePending: (storedBefore: Date, now: Date, limit: number) => {
      ages.push(now.getTime() - storedBefore.getTime());
      return Promise.resolve(waiting.splice(0, limit));
    },
  };
  const queue = {
    isReachable: redis.isReachable,
    countWaiting: () => Promise.resolve(redis.isReachable ? (redis.waiting ?? 0) : undefined),
    add: (_name: string, { conversation_id: id }: { conversation_id: string }) => {
      const taken = jobs.length < (redis.takes ?? Infinity);
      if (taken) jobs.push(id);
      return Promise.resolve(taken);
    },
  };
  const processor = new AnswerProcessor(
    {} as AnswerService,
    dms as unknown as DmsRepository,
    new IngestLoadService(),
    queue as unknown as JobQueueService,
    clock,
    new ScrapeSourcesService(),
  );
  return { waiting, jobs, ages, run: () => processor.sweep(new AbortController().signal) };
}

describe('the sweep over what is unanswered', () => {
  it('enqueues all that is due', async () => {
    const sweep = sweepOver(120, { isReachable: true });

    await sweep.run();

    expect(sweep.jobs).toEqual(Array.from({ length: 120 }, (_, n) => `c${n}`));
  });

  it('takes nothing while Redis is away, so that nothing waits any longer once it is back', async () => {
    const sweep = sweepOver(120, { isReachable: false });

    await sweep.run();

    expect(sweep.waiting).toHaveLength(120);
  });

  it('enqueues only a few that are long overdue while many jobs wait already', async () => {
    const sweep = sweepOver(1_000, { isReachable: true, waiting: 200 });

    await sweep.run();

    expect(sweep.jobs).toHaveLength(50);
    expect(sweep.ages).toEqual([60_000]);
  });

  it('leaves the rest for the next sweep when Redis stops answering', async () => {
    const sweep = sweepOver(1_000, { isReachable: true, takes: 70 });

    await sweep.run();

    expect(sweep.jobs).toHaveLength(70);
    expect(sweep.waiting.length).toBeGreaterThanOrEqual(900);
  });
});

describe('answering while storing is behind', () => {
  /** So many jobs of storing are under way until told to end, and answers take until told to end. */
  function busy(storing: number) {
    const ingest = new IngestLoadService();
    let stored: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (stored = resolve));
    const all = Promise.all(Array.from({ length: storing }, () => ingest.during(() => done)));
    const answering: string[] = [];
    let answered: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (answered = resolve));
    const answers = {
      answer: (id: string) => {
        answering.push(id);
        return told;
      },
    };
    const processor = new AnswerProcessor(
      answers as unknown as AnswerService,
      {} as DmsRepository,
      ingest,
      {} as JobQueueService,
      clock,
      new ScrapeSourcesService(),
    );
    const stop = new AbortController();
    const jobs = Array.from({ length: 10 }, (_, n) => processor.answer({ conversation_id: `c${n}` }, stop.signal));
    const end = async (): Promise<void> => {
      stored();
      answered();
      await Promise.all([all, ...jobs]);
    };
    return { answering, stop, end, caughtUp: () => (stored(), all) };
  }

  it('goes on with a few, and with all once storing has caught up', async () => {
    const { answering, caughtUp, end } = busy(33);
    await delay(150);
    expect(answering).toEqual(['c0', 'c1', 'c2', 'c3']);

    await caughtUp();
    await eventually(() => expect(answering).toHaveLength(10));
    await end();
  });

  it('holds nothing back for a few jobs', async () => {
    const { answering, end } = busy(32);
    await eventually(() => expect(answering).toHaveLength(10));
    await end();
  });

  it('leaves what waits to others when the process is to end', async () => {
    const { answering, stop, end } = busy(33);
    await delay(20);
    stop.abort();
    await delay(100);

    await end();
    expect(answering).toHaveLength(4);
  });
});
