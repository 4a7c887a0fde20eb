import type { AnswerFigure } from '../answer/agent-answer.js';
import { figuresOf, readingsOfNumber } from './figures.js';

export interface Reckoned {
  /** In cents: amounts and numbers alike. */
  values: ReadonlySet<number>;
  /** `MM-DD`. */
  dates: ReadonlySet<string>;
}

const rounds = 6;
const dayMs = 86_400_000;
const cents = (value: number): number => Math.round(value * 100);

/**
 * The figures of an answer that come out as it says it reckoned them: of numbers that stand somewhere, or of others of
 * its figures that do.
 * @param stands whether a number stands somewhere
 * @param standsAsDate the same of a day, `MM-DD`
 */
export function reckonedFigures(
  figures: readonly AnswerFigure[],
  stands: (number: number) => boolean,
  standsAsDate: (day: string) => boolean,
  now: Date,
): Reckoned {
  const values = new Set<number>();
  const dates = new Set<string>();
  const operandOf = (written: string): number | undefined =>
    numbersIn(written).find((number) => stands(number) || values.has(cents(number)));
  for (let round = 0; round < rounds; round++) {
    const before = values.size + dates.size;
    for (const { written, calculation } of figures) {
      if (!calculation) continue;
      if (calculation.operator === 'days_after') addDate(written, calculation.operands);
      else addValue(written, calculation.operator, calculation.operands);
    }
    if (values.size + dates.size === before) break;
  }
  return { values, dates };

  function addValue(written: string, operator: '+' | '-' | '*' | '/', operands: readonly string[]): void {
    const known = operands.map(operandOf).filter((operand) => operand !== undefined);
    const [first, ...rest] = known;
    if (first === undefined || rest.length === 0 || known.length < operands.length) return;
    const result = rest.reduce((sum, operand) => apply(operator, sum, operand), first);
    for (const number of numbersIn(written)) if (cents(number) === cents(result)) values.add(cents(number));
  }

  function addDate(written: string, [from = '', days = '']: readonly string[]): void {
    const [start] = [...figuresOf(from).dates].filter((day) => standsAsDate(day) || dates.has(day));
    const count = operandOf(days);
    if (start === undefined || count === undefined) return;
    const day = new Date(Date.parse(`${now.getUTCFullYear()}-${start}T12:00:00Z`) + count * dayMs);
    if (Number.isNaN(day.getTime())) return;
    const result = day.toISOString().slice(5, 10);
    if (figuresOf(written).dates.has(result)) dates.add(result);
  }
}

function apply(operator: '+' | '-' | '*' | '/', one: number, other: number): number {
  if (operator === '+') return one + other;
  if (operator === '-') return one - other;
  return operator === '*' ? one * other : one / other;
}

/** A number is written with its currency or what it counts. */
function numbersIn(written: string): number[] {
  return [...written.matchAll(/\d[\d.,’']*\d|\d/g)].flatMap(([number]) => readingsOfNumber(number));
}
