import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { Bodies, type BodyOptions } from './bodies.js';

const path = '/webhook/instagram';
const firstPerson = 6_300_000_000_000_000;
const visits = 4;

export interface CustomersOptions {
  url: string;
  bodies: Pick<BodyOptions, 'igId' | 'appSecret'>;
  perSecond: number;
  /** Between two messages of one person: long enough for an answer, so that each message gets one of its own. */
  pauseSeconds: number;
}

/**
 * Customers who come, write a few times and go, while others come: what a server keeps of each message, or of each
 * person, piles up. The pace is kept whatever the server does.
 */
export class Customers {
  /** How many DMs of each person were taken, by id. */
  readonly written = new Map<string, number>();
  refused = 0;
  private readonly pool: Pool;
  private readonly together: number;
  private bodies?: Bodies;
  private count = 0;
  private isStopped = false;

  constructor(private readonly options: CustomersOptions) {
    this.pool = new Pool(options.url, { connections: 10 });
    this.together = Math.ceil(options.perSecond * options.pauseSeconds);
  }

  get total(): number {
    return [...this.written.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Ends {@link write} before its time. */
  stop(): void {
    this.isStopped = true;
  }

  async write(seconds = Infinity): Promise<void> {
    const { perSecond } = this.options;
    const startedAt = performance.now();
    const elapsed = (): number => (performance.now() - startedAt) / 1_000;
    const onTheirWay = new Set<Promise<void>>();
    while (!this.isStopped && elapsed() < seconds) {
      while (this.count < elapsed() * perSecond) {
        const delivery = this.deliver().finally(() => onTheirWay.delete(delivery));
        onTheirWay.add(delivery);
      }
      await sleep(20);
    }
    await Promise.all(onTheirWay);
    await this.pool.close();
  }

  private async deliver(): Promise<void> {
    const { person, body, signature } = this.next();
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature };
    const taken = await this.pool.request({ method: 'POST', path, headers, body }).then(
      async (answer) => {
        await answer.body.dump();
        return answer.statusCode === 200;
      },
      () => false,
    );
    if (taken) this.written.set(person, (this.written.get(person) ?? 0) + 1);
    else this.refused += 1;
  }

  private next(): { person: string; body: Buffer; signature: string } {
    const number = this.count++;
    const first = firstPerson + Math.floor(number / (this.together * visits)) * this.together;
    if (number % (this.together * visits) === 0) {
      this.bodies = new Bodies({
        ...this.options.bodies,
        eventsPerBody: 1,
        people: this.together,
        firstPerson: first,
      });
    }
    const { body, signature } = (this.bodies as Bodies).next();
    return { person: String(first + (number % this.together)), body, signature };
  }
}
