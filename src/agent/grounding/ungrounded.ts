import type { AnswerFigure } from '../answer/agent-answer.js';
import { compactCode, figuresOf, withDigits, type Figures } from './figures.js';
import { reckonedFigures } from './reckoned.js';
import { weekdaysIn } from './weekdays.js';

export interface Grounds {
  /** What the reply may take facts from: passages, the owner's instructions, what the shop's people wrote. */
  sources: readonly string[];
  /** What tools answered: their numbers are of whatever they stand beside, and say no unit. */
  answers?: readonly string[];
  /** What the customer wrote: their figures may be repeated, and be counted with. */
  customer: readonly string[];
  /**
   * How the answer says that it reckoned: a sum or a date that stands nowhere has to come out so. Left out, where it
   * could not say: then any sum and product of known prices passes, and any date of these days.
   */
  reckoned?: readonly AnswerFigure[];
  now: Date;
}

/** Days around today whose dates a reply may name by itself. */
const nearDays = 14;
const cents = (amount: number): number => Math.round(amount * 100);

/**
 * Figures of a reply that stand nowhere: not in a source, not in what the customer wrote, not on the calendar of these
 * days, and are no sum or product of such. @returns them as written
 */
export function ungroundedFigures(
  reply: string,
  { sources, answers = [], customer, reckoned, now }: Grounds,
): string[] {
  const said = figuresOf(reply);
  if (said.written.length === 0) return [];
  const known = figuresOf(withDigits([...sources, ...answers, ...customer].join('\n')));
  const told = figuresOf(answers.join('\n'));
  for (const number of told.numbers) known.amounts.add(number);
  const counts = countsIn([...customer, reply]);
  const nearby = reckoned ? datesNamed(now, [reply, ...customer]) : datesAround(now);
  const byAnswer = reckonedFigures(
    reckoned ?? [],
    (number) => counts.includes(number) || known.amounts.has(number) || standsAsNumber(number, known),
    (day) => known.dates.has(day) || nearby.has(day),
    now,
  );
  // Of what it says how it reckoned, each price stands in the reply, or the sum was declared.
  const prices = reckoned ? intersection(said.amounts, known.amounts) : known.amounts;
  const multiples = multiplesOf(prices, counts);
  const allKnown = compactCode([...sources, ...answers, ...customer].join(' '));
  const years = new Set([now.getUTCFullYear(), now.getUTCFullYear() + 1]);
  const stands = ({ kind, readings }: Figures['written'][number]): boolean => {
    switch (kind) {
      case 'code':
        return readings.some((code) => allKnown.includes(String(code)) || isKnownNumber(String(code), known));
      case 'phone':
        return readings.some((digits) => [...known.phones].some((one) => samePhone(one, String(digits))));
      case 'date':
        return readings.some(
          (date) => known.dates.has(String(date)) || nearby.has(String(date)) || byAnswer.dates.has(String(date)),
        );
      case 'time':
        // Of a range both ends have to stand.
        return readings.every((minutes) => known.times.has(Number(minutes)) || isCountRange(readings, known));
      case 'amount':
        return readings.some(
          (amount) =>
            byAnswer.values.has(cents(Number(amount))) ||
            standsAsAmount(Number(amount), known, multiples, reckoned === undefined),
        );
      case 'measure':
        return readings.some(
          (measure) => known.measures.has(String(measure)) || told.numbers.has(Number.parseFloat(String(measure))),
        );
      case 'number':
        return readings.some(
          (number) =>
            byAnswer.values.has(cents(Number(number))) ||
            standsAsNumber(Number(number), known) ||
            years.has(Number(number)),
        );
    }
  };
  const wrong = said.written.filter((figure) => !stands(figure));
  const right = said.written
    .filter((figure) => figure.kind === 'amount' && !wrong.includes(figure))
    .map(({ readings }) => Number(readings[0]));
  return wrong
    .filter((figure) => !(figure.kind === 'amount' && isSumOf(Number(figure.readings[0]), right)))
    .map(({ text }) => text);
}

/** With and without the country's code or the zero in front. */
function samePhone(one: string, other: string): boolean {
  const [longer, shorter] = one.length >= other.length ? [one, other] : [other, one];
  return longer.endsWith(shorter.replace(/^0+/, ''));
}

/** What reads like two hours may be two numbers, such as `2-4 days`. */
function isCountRange(minutes: readonly (string | number)[], { numbers }: Figures): boolean {
  return minutes.length > 1 && minutes.every((one) => numbers.has(Number(one) / 60));
}

function standsAsNumber(number: number, known: Figures): boolean {
  if (known.numbers.has(number) || known.amounts.has(number)) return true;
  if (known.times.has(number * 60)) return true;
  if ([...known.measures].some((measure) => measure.startsWith(`${number} `))) return true;
  return [...known.dates].some((date) => date.endsWith(`-${String(number).padStart(2, '0')}`));
}

/** A price of a source; or as many of one as somebody wants, or of two, each as many as they want. */
function standsAsAmount(
  amount: number,
  known: Figures,
  multiples: readonly ReadonlySet<number>[],
  sumsToo: boolean,
): boolean {
  if (known.amounts.has(amount) || (!Number.isInteger(amount) && known.numbers.has(amount))) return true;
  const wanted = cents(amount);
  return multiples.some((some, first) => {
    if (first > 0 && some.has(wanted)) return true;
    if (!sumsToo) return false;
    const others = multiples.slice(first + 1);
    return [...some].some((one) => others.some((other) => other.has(wanted - one)));
  });
}

/** Prices in cents: by themselves first, then as often as each count. */
function multiplesOf(amounts: ReadonlySet<number>, counts: readonly number[]): ReadonlySet<number>[] {
  const prices = [...amounts].map(cents);
  return [1, ...counts].map((count) => new Set(prices.map((price) => price * count)));
}

/** Of two to four amounts that the reply shows beside it. */
function isSumOf(amount: number, parts: readonly number[]): boolean {
  const sums = new Map<number, number>([[0, 0]]);
  for (const part of parts.slice(0, 12))
    for (const [sum, count] of [...sums]) if (count < 4) sums.set(sum + cents(part), count + 1);
  return (sums.get(cents(amount)) ?? 0) >= 2;
}

/** A code whose number the customer wrote by itself: `1042` of `JP-1042`. */
function isKnownNumber(code: string, known: Figures): boolean {
  const [digits = '', ...more] = code.match(/\d+/g) ?? [];
  return more.length === 0 && digits.length >= 3 && known.numbers.has(Number(digits));
}

function intersection<T>(some: ReadonlySet<T>, others: ReadonlySet<T>): Set<T> {
  return new Set([...some].filter((one) => others.has(one)));
}

/** Small whole numbers by which a price may be multiplied. */
function countsIn(texts: readonly string[]): number[] {
  const all = texts.flatMap((text) => [...figuresOf(withDigits(text)).numbers]);
  return [...new Set(all)].filter((number) => Number.isInteger(number) && number >= 2 && number <= 99);
}

/** Yesterday, today and tomorrow, and of the days around them those whose weekday is named. */
function datesNamed(now: Date, texts: readonly string[]): Set<string> {
  const weekdays = weekdaysIn(texts.join('\n'));
  const dates = new Set<string>();
  for (let day = -nearDays; day <= nearDays; day++) {
    const date = new Date(now.getTime() + day * 86_400_000);
    if (Math.abs(day) <= 1 || weekdays.has(date.getUTCDay())) dates.add(date.toISOString().slice(5, 10));
  }
  return dates;
}

function datesAround(now: Date): Set<string> {
  const dates = new Set<string>();
  for (let day = -nearDays; day <= nearDays; day++)
    dates.add(new Date(now.getTime() + day * 86_400_000).toISOString().slice(5, 10));
  return dates;
}
