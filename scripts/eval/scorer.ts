import { isWrittenIn } from './language.js';
import { patternOf, type Expectation, type Reply, type Shop, type ToolCall } from './shops.js';

/** Which rule a reply broke, and how. */
export interface Fault {
  rule: 'outcome' | 'must' | 'must_not' | 'never' | 'sources' | 'tools' | 'language' | 'max_bytes';
  text: string;
}

/**
 * Holds a reply against what is expected of it, by code alone.
 * @returns nothing when it is right
 */
export function faultsOf(reply: Reply, expected: Expectation, shop: Pick<Shop, 'never'>): Fault[] {
  const said = comparable(reply.text);
  const faults: Fault[] = [];
  const add = (rule: Fault['rule'], text: string): void => void faults.push({ rule, text });
  if (!expected.outcome.includes(reply.outcome))
    add('outcome', `${reply.outcome} instead of ${expected.outcome.join(' or ')}`);
  // Who is silent, or hands over in words that are the shop's own, has said nothing that could be looked at.
  const mayBeWordless = said === '' && reply.outcome !== 'answer' && reply.outcome !== 'ask';
  for (const group of mayBeWordless ? [] : (expected.must ?? []))
    if (!group.some((pattern) => patternOf(pattern).test(said))) add('must', `nothing of ${group.join(' | ')}`);
  for (const pattern of expected.must_not ?? []) if (patternOf(pattern).test(said)) add('must_not', pattern);
  for (const pattern of shop.never ?? []) if (patternOf(pattern).test(said)) add('never', pattern);
  if (expected.language && said !== '' && !isWrittenIn(reply.text, expected.language))
    add('language', `not in ${expected.language}`);
  if (expected.max_bytes !== undefined && Buffer.byteLength(reply.text) > expected.max_bytes)
    add('max_bytes', `${Buffer.byteLength(reply.text)} instead of ${expected.max_bytes}`);
  const { sources, tools } = reply;
  if (sources && reply.outcome === 'answer')
    for (const source of expected.sources ?? []) if (!sources.includes(source)) add('sources', `without ${source}`);
  if (tools && expected.tools && callsOf(tools) !== callsOf(expected.tools))
    add('tools', `${callsOf(tools)} instead of ${callsOf(expected.tools)}`);
  return faults;
}

/** NFKC, lower case, digits 0 to 9, straight quotes and dashes, single spaces: as patterns are written. */
export function comparable(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″«»]/g, '"')
    .replace(/[‐‑‒–—―−]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Calls in an order of their own: two at once have none. */
function callsOf(calls: readonly ToolCall[]): string {
  const told = calls.map(({ name, args }) => `${name}(${JSON.stringify(sorted(args))})`);
  return told.length === 0 ? 'no call' : told.sort().join(', ');
}

function sorted(value: unknown): unknown {
  if (typeof value === 'string') return comparable(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}
