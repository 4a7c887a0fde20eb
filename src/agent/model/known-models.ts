import type { ReasoningEffort } from '../../config/index.js';

/** What is asked of a model, as far as it decides what else is sent. */
export interface Wanted {
  model: string;
  effort: ReasoningEffort;
  maxOutputTokens: number;
}

/** Tokens that thinking may take; OpenAI counts them into `max_completion_tokens`, beside the answer's. */
const reasoningRoom: Record<ReasoningEffort, number> = {
  none: 0,
  minimal: 500,
  low: 1_000,
  medium: 4_000,
  high: 12_000,
  xhigh: 24_000,
  max: 24_000,
};

/** OpenAI's families, from https://platform.openai.com/docs/models; the first that matches decides. */
const families: readonly { name: RegExp; reasons: boolean }[] = [
  { name: /^(ft:)?gpt-(3\.5|4|4\.\d|4o)(-|$)/, reasons: false },
  { name: /^(ft:)?gpt-5(\.\d+)?-chat(-|$)/, reasons: false },
  { name: /^(ft:)?(gpt-([5-9]|\d\d)(\.\d+)?|o\d+)(-|$)/, reasons: true },
];

/** Whether it thinks before it writes; `undefined` for models of others, of which nothing is known. */
export function reasons(model: string): boolean | undefined {
  return families.find(({ name }) => name.test(model))?.reasons;
}

/** OpenAI's models refuse sampling parameters while they think. */
export function takesTemperature({ model, effort }: Pick<Wanted, 'model' | 'effort'>): boolean {
  return reasons(model) !== true || effort === 'none';
}

/** The most it may put out: the answer, and what it thinks before. */
export function outputRoom({ model, effort, maxOutputTokens }: Wanted): number {
  return maxOutputTokens + (reasons(model) === false ? 0 : reasoningRoom[effort]);
}
