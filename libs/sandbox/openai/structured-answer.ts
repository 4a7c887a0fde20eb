import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { sentenceOf, type ToolTold } from './tool-calls.js';

/** A piece of the shop's knowledge, as the server shows it. */
interface ShownPassage {
  id: string;
  title: string;
  text: string;
}

/** What a model answers in the form that the server asks for, as far as the shop's agent has something to say. */
export interface StandInAnswer {
  outcome: 'answer' | 'hand_over';
  text: string;
  sources?: string[];
  reason?: 'customer_request' | 'missing_knowledge' | 'tool_failure';
  missing?: string;
  summary?: string;
}

const shortWords = 5;

/** As text; in every field of the form, where the request wants one. */
export function written({ response_format: form }: ChatCompletionRequest, answer: StandInAnswer): string {
  if (form?.type !== 'json_schema') return answer.text;
  const { outcome, text, sources = [], reason = null, missing = null, summary = null } = answer;
  const covers = outcome === 'answer' ? 'all' : 'none';
  return JSON.stringify({
    ...{ language: 'en', covers, missing, outcome, reason, sources, figures: [], text, quick_replies: [], summary },
    transfer_to: null,
  });
}

/** What the knowledge says of it: the passage that alone holds a word of the question. */
export function answerFromKnowledge(request: ChatCompletionRequest, open: readonly string[]): StandInAnswer | null {
  const passages = passagesIn(request);
  for (const word of wordsOf(open.map(wordsSaid).join(' '))) {
    const [found, ...others] = passages.filter(({ title, text }) => wordsOf(`${title} ${text}`).has(word));
    if (found && others.length === 0) return { outcome: 'answer', text: found.text, sources: [found.id] };
  }
  return null;
}

/** With knowledge at hand, what it does not hold is for a person. */
export function handOverUnknown(request: ChatCompletionRequest, open: readonly string[]): StandInAnswer | null {
  if (passagesIn(request).length === 0) return null;
  const asked = open.map(wordsSaid).join(' ').slice(0, 200);
  return {
    outcome: 'hand_over',
    text: 'That I don’t know, so I’ve asked one of us. Somebody will write to you here as soon as possible.',
    ...{ reason: 'missing_knowledge', missing: asked.slice(0, 60) },
    summary: `The customer asks: “${asked}” The knowledge says nothing of it.`,
  };
}

/** What tools told, in words. */
export function answerFromTools(told: readonly ToolTold[]): StandInAnswer {
  const sources = told.filter(({ told: { answer } }) => answer !== undefined).map(({ id }) => id);
  return { outcome: 'answer', text: told.map(sentenceOf).join(' '), sources };
}

function passagesIn({ messages }: ChatCompletionRequest): ShownPassage[] {
  return messages.flatMap(({ role, content }) => {
    if (role !== 'user' || typeof content !== 'string') return [];
    return (parsed(content)?.['knowledge'] as ShownPassage[] | undefined) ?? [];
  });
}

/** A server may wrap what a customer wrote into JSON. */
function wordsSaid(open: string): string {
  const said = parsed(open);
  return said ? (typeof said['text'] === 'string' ? said['text'] : '') : open;
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/\p{L}+/gu) ?? []).filter((word) => word.length > shortWords));
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
