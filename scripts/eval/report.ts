/** One thing that has to hold. */
export interface Gate {
  what: string;
  /** Cases that it was held against. */
  cases: number;
  /** Of these, how many were right. */
  right: number;
  atLeast: number;
}

export interface Failure {
  part: string;
  id: string;
  what: string;
  said?: string;
}

export function share({ cases, right }: Pick<Gate, 'cases' | 'right'>): number {
  return cases === 0 ? 1 : right / cases;
}

export function holds(gate: Gate): boolean {
  return share(gate) >= gate.atLeast;
}

/** A table for people. */
export function printGates(gates: readonly Gate[], write: (line: string) => void): void {
  const width = Math.max(...gates.map(({ what }) => what.length));
  for (const gate of gates) {
    const figures = `${gate.right} of ${gate.cases}`.padStart(12);
    const percent = `${(share(gate) * 100).toFixed(1)} %`.padStart(8);
    write(
      `  ${holds(gate) ? '✓' : '✗'} ${gate.what.padEnd(width)} ${figures} ${percent}   at least ${gate.atLeast * 100} %`,
    );
  }
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
