import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { Bodies } from '../load/bodies.js';
import { interleave } from '../measure/interleave.js';
import { figures, median, percentile, ratio } from '../measure/statistics.js';
import type { BenchCase, Contender, Line, RunOptions } from '../plan.js';
import type { HopsOptions, Way } from '../floors/hops.js';
import { BenchStack, floorDatabaseName } from '../support/bench-stack.js';
import { InstantMeta } from '../support/instant-meta.js';

/** The next message comes when the last one's trailing writes are done: idle is what is measured. */
const pauseMs = 40;
const patienceMs = 10_000;
/** They have written before: a look-up of who they are would fall into somebody else's answer. */
const people = 120;
const firstPerson = 6_100_000_000_000_000;
/** Looking a new person up begins half a second after their first message. */
const lookedUpMs = 1_500;

/** What the product itself adds between a customer's message and the answer, when Meta and the model take no time. */
export const answer: BenchCase = {
  name: 'answer',
  title: 'Webhook → answer on the wire: idle, model and Graph answering at once, no quiet period',
  byDefault: true,
  inSmoke: true,
  async run(options) {
    const meta = await InstantMeta.start();
    const processes = [
      { name: 'api', role: 'api' as const },
      { name: 'worker', role: 'worker' as const },
    ];
    const env = { GRAPH_INSTAGRAM_URL: meta.url, OPENAI_BASE_URL: `${meta.url}/v1`, AGENT_QUIET_MS: '0' };
    const stack = await BenchStack.start(processes, options, env).catch((error: unknown) => {
      meta.stop();
      throw error;
    });
    try {
      meta.sandboxUrl = stack.stack.sandbox.env['GRAPH_INSTAGRAM_URL'] ?? '';
      await stack.connect({ enabled: true, quiet_ms: 0 });
      const ways: Way[] = [];
      await meetEverybody(stack, meta, options.smoke ? 3 : people);
      const lines = await interleave([product(stack, meta, options), await floor(stack, meta, options, ways)], options);
      const [ours, sum] = lines as [Line, Line];
      const perSecond = await crowd(stack, meta, options.smoke ? 20 : 400);
      return {
        lines,
        checks: [
          {
            what: 'webhook → answer, p50 against the sum of its unavoidable hops',
            value: ratio(ours, sum, 'p50Ms'),
            unit: '×',
            aim: { atMost: 3 },
          },
          { what: 'webhook → answer, p99', value: median(figures(ours, 'p99Ms')), unit: 'ms', aim: { atMost: 150 } },
        ],
        notes: [
          `The hops, medians in ms: ${breakdown(ways)}. They are walked at the product’s pace, with ${pauseMs} ms between two ways; without pauses they take ${median(ways.map(({ unpausedP50Ms }) => unpausedP50Ms)).toFixed(1)} ms.`,
          `A crowd that writes at once, one api and one worker process: ${perSecond.toFixed(0)} answers a second.`,
        ],
      };
    } finally {
      await stack.stop();
      meta.stop();
    }
  },
};

function product(stack: BenchStack, meta: InstantMeta, { seconds, warmUpSeconds, smoke }: RunOptions): Contender {
  const pool = new Pool(stack.stack.apiUrl, { connections: 1 });
  const bodies = new Bodies({ ...stack.bodies(1, smoke ? 3 : people), firstPerson });
  let count = 0;
  const once = async (): Promise<number> => {
    const person = firstPerson + (count++ % (smoke ? 3 : people));
    const { body, signature } = bodies.next();
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
    const answered = meta.nextMessageTo(String(person), patienceMs);
    answered.catch(() => undefined);
    const from = performance.now();
    const taken = await pool.request({ method: 'POST', path: '/webhook/instagram', headers, body });
    await taken.body.dump();
    return (await answered) - from;
  };
  return {
    name: 'this server (1 api and 1 worker process)',
    async measure(round) {
      if (round === 0) await forSeconds(once, Math.max(warmUpSeconds, 1));
      const { times, failures } = await forSeconds(once, seconds);
      return { p50Ms: percentile(times, 50), p99Ms: percentile(times, 99), failures };
    },
  };
}

async function meetEverybody(stack: BenchStack, meta: InstantMeta, count: number): Promise<void> {
  await crowd(stack, meta, count, firstPerson);
  await sleep(lookedUpMs);
}

/** @returns answers a second when so many people write at once, each once */
async function crowd(
  stack: BenchStack,
  meta: InstantMeta,
  people: number,
  firstPerson = 6_200_000_000_000_000,
): Promise<number> {
  const pool = new Pool(stack.stack.apiUrl, { connections: 20 });
  const bodies = new Bodies({ ...stack.bodies(1, people), firstPerson });
  const from = performance.now();
  const answered = Array.from({ length: people }, (_, n) => {
    const answer = meta.nextMessageTo(String(firstPerson + n), 12 * patienceMs);
    const { body, signature } = bodies.next();
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
    const taken = pool.request({ method: 'POST', path: '/webhook/instagram', headers, body });
    return Promise.all([answer, taken.then(({ body: text }) => text.dump())]);
  });
  const last = Math.max(...(await Promise.all(answered)).map(([at]) => at));
  await pool.close();
  return people / ((last - from) / 1_000);
}

async function forSeconds(
  work: () => Promise<number>,
  seconds: number,
): Promise<{ times: number[]; failures: number }> {
  const times: number[] = [];
  let failures = 0;
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    await work().then(
      (took) => times.push(took),
      () => (failures += 1),
    );
    await sleep(pauseMs);
  }
  return { times, failures };
}

async function floor(stack: BenchStack, meta: InstantMeta, { smoke }: RunOptions, ways: Way[]): Promise<Contender> {
  const helper = await stack.floor('hops');
  const order: HopsOptions = {
    ...{ databaseUrl: stack.databaseUrl, databaseName: floorDatabaseName, redisUrl: stack.stack.services.redisUrl },
    ...{ instantUrl: meta.url, bodies: stack.bodies(1), times: smoke ? 5 : 75, pauseMs },
  };
  return {
    name: 'sum of the unavoidable hops, one after the other',
    isFloor: true,
    async measure() {
      const { result } = await helper.run<Way>('measure', order);
      ways.push(result);
      return { p50Ms: result.p50Ms, p99Ms: result.p99Ms, failures: 0 };
    },
  };
}

function breakdown(ways: Way[]): string {
  return Object.keys(ways[0]?.medians ?? {})
    .map((hop) => `${hop} ${median(ways.map(({ medians }) => medians[hop] ?? 0)).toFixed(2)}`)
    .join(', ');
}
