import type { LocalStack } from '../stack/local-stack.js';
import type { Because } from './scenes.js';

/** How an answer came about, as the API tells it. */
interface Run {
  outcome: string;
  reason?: string;
  summary?: string;
  sources: { title: string; used: boolean }[];
  tool_calls: {
    name: string;
    arguments: Record<string, unknown>;
    state: string;
    status?: number;
    latency_ms?: number;
  }[];
}

/** The run of what the customer wrote last. */
export async function becauseOf(stack: LocalStack): Promise<Run> {
  const last = stack.sandbox.customer.messages().findLast(({ from }) => from === 'customer');
  const mid = last?.mids.instagram;
  const { data } = await stack.api<{ data: { _id: string; message_id?: string }[] }>(
    'GET',
    '/instagram-dms/list?limit=100',
  );
  const asked = data.find(({ message_id }) => message_id === mid);
  return (await stack.api<{ data: Run }>('GET', `/agent/runs/${asked?._id ?? ''}`)).data;
}

/** What it rests on, in a line each. */
export function wordsOf({ outcome, reason, summary, sources, tool_calls: calls }: Run): string[] {
  const used = sources.filter((source) => source.used).map(({ title }) => `answered from “${title}”`);
  const called = calls.map(({ name, arguments: args, state, status, latency_ms: ms }) => {
    const given = Object.values(args).join(', ');
    return `called ${name}(${given}): ${[state, status, ms === undefined ? undefined : `${ms} ms`].filter(Boolean).join(', ')}`;
  });
  const handed = outcome === 'hand_over' ? [`a person goes on (${reason ?? ''}): ${summary ?? ''}`] : [];
  return [...used, ...called, ...handed];
}

/** @returns what is not as it should be */
export function problemOf({ outcome, sources, tool_calls: calls }: Run, wanted: Partial<Because>): string | undefined {
  if (wanted.outcome !== undefined && outcome !== wanted.outcome) return `ended as ${outcome}`;
  if (wanted.source !== undefined && !sources.some(({ title, used }) => used && title === wanted.source))
    return `not answered from “${wanted.source}”`;
  if (wanted.tool !== undefined && !calls.some(({ name, state }) => name === wanted.tool && state === 'done'))
    return `${wanted.tool} was not called`;
  return undefined;
}
