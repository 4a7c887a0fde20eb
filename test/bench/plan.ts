/** How a run was asked for. */
export interface RunOptions {
  rounds: number;
  /** Measured time of one contender in one round. */
  seconds: number;
  /** Not measured before it: code gets compiled, connections opened, caches filled. */
  warmUpSeconds: number;
  /** How long `soak` lets customers write. */
  minutes: number;
  /** DMs they write a second then; each case has its own pace where nothing is asked for. */
  perSecond?: number;
  /** How many DMs `large` seeds. */
  dms: number;
  /** Only proves that the bench runs; sizes are tiny and figures mean nothing. */
  smoke: boolean;
  /** Where the server's processes leave CPU profiles of themselves. */
  profileFolder?: string;
  log: (line: string) => void;
}

/** What one contender did in one round. */
export interface Measurement {
  /** Events, requests or documents per second. */
  rate?: number;
  p50Ms?: number;
  p99Ms?: number;
  /** The same events per CPU-second of the contender's own processes: the load generator shares the machine. */
  perCpuSecond?: number;
  /** And with the CPU of MongoDB and Redis. */
  perCpuSecondWithStores?: number;
  /** Answers that were not 2xx, and requests without an answer. */
  failures: number;
}

export interface Contender {
  name: string;
  /** A floor is what the product is compared with: the same outcome with nothing around it. */
  isFloor?: boolean;
  measure(round: number): Promise<Measurement>;
}

/** A contender's rounds, in order. */
export interface Line {
  name: string;
  isFloor: boolean;
  rounds: Measurement[];
}

/** Of these there is no half. */
export const countedUnits = ['DMs', 'deliveries', 'jobs', 'keys'] as const;
export type CountedUnit = (typeof countedUnits)[number];

/** One aim of the benchmark table and what became of it. */
export interface Check {
  what: string;
  value: number;
  unit: '×' | 'ms' | '%' | 'MB' | CountedUnit;
  aim: { atLeast: number } | { atMost: number };
}

export interface CaseResult {
  lines: Line[];
  checks: Check[];
  notes: string[];
}

export interface BenchCase {
  name: string;
  title: string;
  /** Runs when no case is named. */
  byDefault: boolean;
  /** Quick enough to show on every change that it runs. */
  inSmoke: boolean;
  run(options: RunOptions): Promise<CaseResult>;
}

export function isMet({ value, aim }: Check): boolean {
  return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost;
}
