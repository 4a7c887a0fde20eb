/** The load generator: a process of its own, so that it shares no event loop with anything measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import mongoose from 'mongoose';
import { Pool } from 'undici';
import { percentile } from '../measure/statistics.js';
import { takeOrders, type Mark } from '../support/tasks.js';
import { Bodies, type BodyOptions } from './bodies.js';

const path = '/webhook/instagram';

export interface FloodOptions {
  url: string;
  bodies: BodyOptions;
  connections: number;
  seconds: number;
  warmUpSeconds: number;
}

export interface LoadResult {
  /** Requests answered with 2xx. */
  requests: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  failures: number;
}

/** As many deliveries as the connections take. */
async function flood(options: FloodOptions, mark: Mark): Promise<LoadResult> {
  const bodies = new Bodies(options.bodies);
  const warm = await fire(options, bodies, options.warmUpSeconds);
  bodies.prepare(Math.ceil((warm.requests / warm.seconds) * options.seconds * 1.2));
  await mark('begin');
  const result = await fire(options, bodies, options.seconds);
  await mark('end');
  return result;
}

async function fire({ url, connections }: FloodOptions, bodies: Bodies, seconds: number): Promise<LoadResult> {
  const host = new URL(url).host;
  const times: number[] = [];
  const refused = new Map<number, number>();
  const startedAt = performance.now();
  const instance = autocannon({
    url: `${url}${path}`,
    method: 'POST',
    connections,
    duration: seconds,
    sampleInt: 100,
    setupClient: (client) => {
      // autocannon sends every connection the same requests and builds each anew; here each one has a body of its own,
      // built beforehand.
      (client as unknown as { getRequestBuffer(): Buffer }).getRequestBuffer = () => asRequest(host, bodies);
    },
    // The types know it either as an emitter or as a promise; it is both.
  }) as unknown as autocannon.Instance & PromiseLike<autocannon.Result>;
  instance.on('response', (_client, status, _bytes, durationMs) => {
    if (status === 200) times.push(durationMs);
    else refused.set(status, (refused.get(status) ?? 0) + 1);
  });
  const { errors } = await instance;
  if (times.length === 0)
    throw new Error(`nothing was taken: ${errors} errors, answers ${JSON.stringify([...refused])}`);
  return {
    requests: times.length,
    seconds: (performance.now() - startedAt) / 1000,
    p50Ms: percentile(times, 50),
    p99Ms: percentile(times, 99),
    failures: errors + [...refused.values()].reduce((sum, count) => sum + count, 0),
  };
}

function asRequest(host: string, bodies: Bodies): Buffer {
  const { body, signature } = bodies.next();
  const head =
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n` +
    `X-Hub-Signature-256: ${signature}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

export interface FeedOptions {
  url: string;
  bodies: BodyOptions;
  connections: number;
  /** Messages that may be acknowledged and not stored yet. */
  window: number;
  databaseUrl: string;
  databaseName: string;
  /** Stops at the sooner of the two. */
  seconds: number;
  events?: number;
  warmUpSeconds: number;
}

export interface FeedResult {
  stored: number;
  seconds: number;
  /** Events acknowledged and not stored, when measuring began, at its highest, and when it ended. */
  backlog: { begin: number; highest: number; end: number };
  failures: number;
}

/**
 * Deliveries as fast as their messages get stored: sending waits while too many are acknowledged and not stored yet, so
 * what is measured can go on for ever. A generator that only knows a rate can't do that.
 */
async function feed(options: FeedOptions, mark: Mark): Promise<FeedResult> {
  const bodies = new Bodies(options.bodies);
  const pool = new Pool(options.url, { connections: options.connections });
  const client = await mongoose.mongo.MongoClient.connect(options.databaseUrl);
  const stored = client.db(options.databaseName).collection('instagram_dms');
  const base = await stored.estimatedDocumentCount();
  const state = { acknowledged: 0, stored: 0, highest: 0, failures: 0, stopped: false };
  const watching = (async () => {
    while (!state.stopped) {
      state.stored = (await stored.estimatedDocumentCount()) - base;
      state.highest = Math.max(state.highest, state.acknowledged - state.stored);
      await sleep(20);
    }
  })();
  const mayGoOn = (): boolean => state.acknowledged - state.stored < options.window;
  const senders = Array.from({ length: options.connections }, async () => {
    while (!state.stopped) {
      if (!mayGoOn()) await sleep(2);
      else if (await post(pool, bodies)) state.acknowledged += Bodies.messagesIn(options.bodies);
      else state.failures += 1;
    }
  });
  const warmUntil = performance.now() + options.warmUpSeconds * 1000;
  while (performance.now() < warmUntil || state.stored === 0) await sleep(20);
  state.highest = 0;
  await mark('begin');
  const from = { at: performance.now(), stored: state.stored, backlog: state.acknowledged - state.stored };
  const target = options.events === undefined ? Infinity : from.stored + options.events;
  while (performance.now() - from.at < options.seconds * 1000 && state.stored < target) await sleep(20);
  const to = { at: performance.now(), stored: state.stored, backlog: state.acknowledged - state.stored };
  await mark('end');
  state.stopped = true;
  await Promise.all([watching, ...senders]);
  const { highest, acknowledged, failures } = state;
  const settled = await untilStored(async () => (await stored.estimatedDocumentCount()) - base >= acknowledged);
  await Promise.all([pool.close(), client.close()]);
  if (!settled) throw new Error('what was acknowledged was not stored within a minute');
  return {
    stored: to.stored - from.stored,
    seconds: (to.at - from.at) / 1000,
    backlog: { begin: from.backlog, highest, end: to.backlog },
    failures,
  };
}

async function post(pool: Pool, bodies: Bodies): Promise<boolean> {
  const { body, signature } = bodies.next();
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
  const answer = await pool.request({ method: 'POST', path, headers, body });
  await answer.body.dump();
  return answer.statusCode === 200;
}

async function untilStored(isStored: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + 60_000;
  while (!(await isStored())) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

export interface ProbeOptions {
  url: string;
  path: string;
  headers: Record<string, string>;
  seconds: number;
  warmUpSeconds: number;
}

/** One request after the other: what a single caller waits. */
async function probe(options: ProbeOptions, mark: Mark): Promise<LoadResult> {
  const pool = new Pool(options.url, { connections: 1 });
  const times: number[] = [];
  const ask = async (): Promise<void> => {
    const startedAt = performance.now();
    const answer = await pool.request({ method: 'GET', path: options.path, headers: options.headers });
    const body = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${options.path} answered ${answer.statusCode}: ${body}`);
    times.push(performance.now() - startedAt);
  };
  const round = async (seconds: number): Promise<number> => {
    const startedAt = performance.now();
    times.length = 0;
    while (performance.now() - startedAt < seconds * 1000) await ask();
    return (performance.now() - startedAt) / 1000;
  };
  await round(options.warmUpSeconds);
  await mark('begin');
  const seconds = await round(options.seconds);
  await mark('end');
  await pool.close();
  return { requests: times.length, seconds, p50Ms: percentile(times, 50), p99Ms: percentile(times, 99), failures: 0 };
}

takeOrders({ flood, feed, probe });
