import { refuseWhatsApp } from './whatsapp-errors.js';

/** What is left of an allowance, and when that was. */
interface Bucket {
  left: number;
  at: number;
}

/** One message each six seconds, of which 45 may be borrowed. */
const PAIR = { size: 45, everyMs: 6_000 };
/** Messages a second: as a rule, and for numbers that the phone's app uses, too. */
const NUMBER = { size: 80, everyMs: 1_000 / 80 };
const COEXISTENCE = { size: 20, everyMs: 1_000 / 20 };

/** How fast a number may write: to one person, and in all. */
export class SendPace {
  private readonly buckets = new Map<string, Bucket>();

  /** @throws {GraphError} 131056 for one person, 130429 for the number */
  take(number: string, person: string, now: number, isOnBizApp: boolean): void {
    if (!this.takes(number, isOnBizApp ? COEXISTENCE : NUMBER, now)) refuseWhatsApp('number_rate');
    if (!this.takes(`${number}:${person}`, PAIR, now)) refuseWhatsApp('pair_rate');
  }

  private takes(key: string, { size, everyMs }: { size: number; everyMs: number }, now: number): boolean {
    const { left, at } = this.buckets.get(key) ?? { left: size, at: now };
    const regained = Math.min(size, left + (now - at) / everyMs);
    this.buckets.set(key, { left: regained >= 1 ? regained - 1 : regained, at: now });
    return regained >= 1;
  }
}
