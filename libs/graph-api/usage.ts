import type { IncomingHttpHeaders } from 'node:http';
import { parseJsonLossless } from './json.js';

/** How much of its allowance a caller has used, as Meta says with every answer. */
export interface GraphUsage {
  /** The highest of all figures: call count, CPU time, total time. May be above 100. */
  percent: number;
  /** Until calls are taken again, 0 when they are. Meta gives minutes. */
  regainMs: number;
  /** Whose allowance it is: `app`, or the use case that Meta names, such as `instagram` or `messenger`. */
  type: string;
}

const figures = ['call_count', 'total_cputime', 'total_time'] as const;
const msPerMinute = 60_000;

type Headers = IncomingHttpHeaders | Record<string, string | string[] | undefined>;

/**
 * Reads `X-App-Usage` and `X-Business-Use-Case-Usage` (lists by business id, and the older flat form).
 * @returns the fullest allowance of them all, `undefined` when no header can be read; never throws
 */
export function readUsage(headers: Headers): GraphUsage | undefined {
  const found = Object.entries(headers).flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (key === 'x-app-usage') return entriesOf(parse(value), 'app');
    return key === 'x-business-use-case-usage' ? entriesOf(parse(value), 'business_use_case') : [];
  });
  if (found.length === 0) return undefined;
  const fullest = found.reduce((one, other) => (other.percent > one.percent ? other : one));
  return { ...fullest, regainMs: Math.max(...found.map(({ regainMs }) => regainMs)) };
}

function entriesOf(value: unknown, type: string): GraphUsage[] {
  if (Array.isArray(value)) return value.flatMap((inner) => entriesOf(inner, type));
  if (typeof value !== 'object' || value === null) return [];
  const own = ownEntry(value as Record<string, unknown>, type);
  return own ? [own] : Object.values(value).flatMap((inner) => entriesOf(inner, type));
}

function ownEntry(entry: Record<string, unknown>, type: string): GraphUsage | undefined {
  const given = figures.map((name) => figureOf(entry[name])).filter((figure) => figure !== undefined);
  const minutes = figureOf(entry.estimated_time_to_regain_access);
  if (given.length === 0 && minutes === undefined) return undefined;
  return {
    percent: Math.max(0, ...given),
    regainMs: (minutes ?? 0) * msPerMinute,
    type: typeof entry.type === 'string' ? entry.type : type,
  };
}

function figureOf(value: unknown): number | undefined {
  const figure = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof figure === 'number' && Number.isFinite(figure) && figure >= 0 ? figure : undefined;
}

function parse(value: string | string[] | undefined): unknown {
  const texts = value === undefined ? [] : [value].flat();
  return texts.map((text) => {
    try {
      return parseJsonLossless(text, { maxDepth: 8 });
    } catch {
      // A hint that can't be read is no hint: the answer it came with still counts.
      return undefined;
    }
  });
}
