import type { Line, Measurement } from '../plan.js';

export function median(values: number[]): number {
  return percentile(values, 50);
}

/** Nearest rank; of two middle values the mean. */
export function percentile(values: number[], percent: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const rank = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] as number;
  const high = sorted[Math.ceil(rank)] as number;
  return percent === 50 ? (low + high) / 2 : high;
}

export type Figure = Exclude<keyof Measurement, 'failures'>;

/** A contender's figure over its rounds, where it has it. */
export function figures(line: Line, figure: Figure): number[] {
  return line.rounds.flatMap((round) => round[figure] ?? []);
}

/**
 * How many times the other's figure: the median of the rounds' own ratios. Two contenders of one round met the same
 * machine; two medians may come from different minutes.
 */
export function ratio(line: Line, other: Line, figure: Figure): number {
  const ratios = line.rounds.flatMap((round, index) => {
    const mine = round[figure];
    const theirs = other.rounds[index]?.[figure];
    return mine === undefined || !theirs ? [] : [mine / theirs];
  });
  return median(ratios);
}

/** How a figure that was read again and again changed: the first sixth is a start's, a median is no spike's. */
export function overSixths(values: number[]): { early: number; late: number } {
  const sixth = values.length / 6;
  const medianOf = (from: number, to: number): number =>
    median(values.slice(Math.floor(from * sixth), Math.ceil(to * sixth)));
  return { early: medianOf(1, 2), late: medianOf(5, 6) };
}
