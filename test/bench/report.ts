import { cpus, totalmem } from 'node:os';
import { figures, median, type Figure } from './measure/statistics.js';
import { countedUnits, isMet, type CaseResult, type Check, type Line } from './plan.js';

export interface NamedResult extends CaseResult {
  name: string;
  title: string;
}

export interface Conditions {
  date: string;
  machine: string;
  node: string;
  commit?: string;
  rounds: number;
  seconds: number;
  smoke: boolean;
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}`;
}

/** The whole report as Markdown. */
export function markdown(results: NamedResult[], conditions: Conditions): string {
  const { date, node, rounds, seconds, smoke } = conditions;
  const head = [
    `${date}; ${conditions.machine}; Node ${node}${conditions.commit ? `; commit ${conditions.commit}` : ''}.`,
    `${rounds} rounds of ${seconds} s, contenders interleaved, medians (lowest to highest of the rounds); p99 is the median of the rounds' p99.`,
    ...(smoke ? ['', '**Smoke run: shows that the benches run. The figures mean nothing.**'] : []),
  ];
  return [...head, '', ...summary(results), '', ...results.flatMap(section)].join('\n');
}

const begin = '<!-- what `npm run bench -- --docs` measured -->';
const end = '<!-- end -->';

/** The page with its report replaced by this one. */
export function withReport(page: string, report: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/benchmarks.md has lost its ${begin} … ${end}`);
  return `${before}${begin}\n\n${report.trim()}\n\n${end}${after}`;
}

function summary(results: NamedResult[]): string[] {
  const rows = results.flatMap(({ checks }) =>
    checks.map((check) => [check.what, valueOf(check), aimOf(check), isMet(check) ? 'met' : '**not met**']),
  );
  return rows.length === 0 ? [] : table(['what', 'measured', 'aim', ''], rows);
}

function section({ name, title, lines, notes }: NamedResult): string[] {
  const columns = (
    [
      ['per second', 'rate', whole],
      ['p50 ms', 'p50Ms', twoDigits],
      ['p99 ms', 'p99Ms', twoDigits],
      ['per CPU-second', 'perCpuSecond', whole],
      ['with MongoDB and Redis', 'perCpuSecondWithStores', whole],
    ] as [string, Figure, Format][]
  ).filter(([, figure]) => lines.some((line) => figures(line, figure).length > 0));
  const rows = lines.map((line) => [
    line.isFloor ? `_${line.name}_` : `**${line.name}**`,
    ...columns.map(([, figure, format]) => cell(line, figure, format)),
    String(line.rounds.reduce((sum, { failures }) => sum + failures, 0)),
  ]);
  const figuresTable = lines.length === 0 ? [] : table(['', ...columns.map(([title]) => title), 'failed'], rows);
  return [
    `### ${title}`,
    '',
    `\`npm run bench -- ${name}\``,
    '',
    ...figuresTable,
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ];
}

type Format = (value: number) => string;
const whole: Format = (value) => Math.round(value).toLocaleString('en');
const twoDigits: Format = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));

function cell(line: Line, figure: Figure, format: Format): string {
  const values = figures(line, figure);
  if (values.length === 0) return '';
  const spread = figure === 'rate' && values.length > 1;
  const range = spread ? ` (${format(Math.min(...values))}–${format(Math.max(...values))})` : '';
  return `${format(median(values))}${range}`;
}

function valueOf({ value, unit }: Check): string {
  const isCounted = (countedUnits as readonly string[]).includes(unit);
  return `${isCounted ? whole(value) : twoDigits(value)} ${unit}`;
}

function aimOf({ aim, unit }: Check): string {
  return 'atLeast' in aim ? `≥ ${aim.atLeast} ${unit}` : `≤ ${aim.atMost} ${unit}`;
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)];
}
