import { parseArgs } from 'node:util';

export interface ChaosOptions {
  /** What people do on all channels, all of it together. */
  events: number;
  /** The same seed makes the same people, the same events and the same schedule of faults. */
  seed: number;
  /** How long people write and faults strike. */
  loadMs: number;
  /** Short: each fault once, and sends that wait for their proof of absence may still wait at the end. */
  short: boolean;
  /** Servers of MongoDB. With three and more its primary is killed, frozen and stepped down, and a secondary killed. */
  members: number;
  /** Whether Redis is emptied in the middle. */
  flush: boolean;
  /** How often each named crash point of the send is hit in a round of faults. */
  crashes: number;
  /** Whether faults strike at all: without them the run shows what the harness itself does. */
  faults: boolean;
}

const shortEvents = 1_000;

const usage = `npm run test:chaos -- [options]
  --events n     what people do (600)
  --seed n       repeats a run (a random one)
  --minutes m    how long it takes them (a third of a minute up to 1000 events, else 45 events a second)
  --crashes n    times each crash point of the send is hit in a round of faults (1)
  --members n    servers of MongoDB, 1 or at least 3 (1)
  --no-flush     leave Redis' keys alone
  --no-faults    only the load`;

/** @throws {Error} with the usage for what can't be understood */
export function readOptions(args: string[]): ChaosOptions {
  try {
    const { values } = parseArgs({
      args,
      allowNegative: true,
      options: {
        events: { type: 'string', default: '600' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        crashes: { type: 'string', default: '1' },
        members: { type: 'string', default: '1' },
        flush: { type: 'boolean', default: true },
        faults: { type: 'boolean', default: true },
      },
    });
    const members = wholeNumber('members', values.members);
    if (members < 1 || members === 2)
      throw new Error('--members: two have no majority when one is gone; 1 or at least 3');
    const events = wholeNumber('events', values.events);
    const short = events <= shortEvents && values.minutes === undefined;
    const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
    return {
      events,
      short,
      seed: values.seed === undefined ? 1 + Math.floor(Math.random() * 999_999) : wholeNumber('seed', values.seed),
      loadMs: minutes === undefined ? (short ? 20_000 : (events / 45) * 1_000) : minutes * 60_000,
      crashes: wholeNumber('crashes', values.crashes),
      members,
      flush: values.flush,
      faults: values.faults,
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`--${name}: expected a whole number, got ${value}`);
  return Number(value);
}
