import { type ModelRequest, type ModelStep } from '../model/agent-model.port.js';
import { endAtSentence } from '../gate/output-gate.js';
import { outputRoom } from '../model/known-models.js';
import { cleanText } from '../text/clean-text.js';
import { withoutThoughts } from '../text/thoughts.js';
import { answerOutput, type ReadAnswer } from './agent-answer.js';
import { readAnswer } from './read-answer.js';
import type { Question } from './reply-judge.service.js';

/** Given to a model whose tokens were used up before it said anything. */
const moreRoom = 4_000;
/** What the form of an answer takes beside its text. */
const formRoom = 500;

export function requestFor({ settings, account }: Question, messages: ModelRequest['messages']): ModelRequest {
  const { model, temperature, reasoning_effort: effort, max_output_tokens: maxOutputTokens } = settings;
  const asked = { model, temperature, effort, maxOutputTokens: maxOutputTokens + formRoom };
  return { ...asked, messages, output: answerOutput, cacheKey: account._id };
}

export function roomOf(request: ModelRequest): number {
  return outputRoom(request) + (request.extraRoom ?? 0);
}

/** Thinking less leaves more of it, too. */
export function withMoreRoom(request: ModelRequest): ModelRequest {
  const { effort } = request;
  const less = effort === 'none' || effort === 'minimal' ? effort : 'low';
  return {
    ...request,
    effort: less,
    extraRoom: moreRoom + outputRoom(request) - outputRoom({ ...request, effort: less }),
  };
}

/** What the customer wants to know, the latest last. */
export function questionsOf({ open, history }: Question, transcripts?: ReadonlyMap<string, string>): string[] {
  const before = history.find((dm) => dm.direction === 'inbound' && dm.text && !open.includes(dm))?.text;
  const asked = open.map((dm) => [dm.text, transcripts?.get(dm._id)].filter(Boolean).join('\n')).join('\n');
  return [...(before ? [before] : []), asked];
}

/** A model that ran out of tokens stops in the middle of a word. */
export function readStep({ text, truncated }: ModelStep): ReadAnswer {
  const answer = readAnswer(text);
  return truncated ? { ...answer, text: endAtSentence(withoutThoughts(cleanText(answer.text))) } : answer;
}
