import { estimateTokens } from '../context/estimate-tokens.js';
import type { ModelMessage, ModelRequest, ModelStep } from '../model/agent-model.port.js';
import { endAtSentence } from '../gate/output-gate.js';
import { outputRoom } from '../model/known-models.js';
import { cleanText } from '../text/clean-text.js';
import { withoutThoughts } from '../text/thoughts.js';
import { answerOutput, type ReadAnswer } from './agent-answer.js';
import { readAnswer } from './read-answer.js';
import type { GroundedQuestion, Question } from './reply-judge.service.js';

/** Given to a model whose tokens were used up before it said anything. */
const moreRoom = 4_000;
/** What the form of an answer takes beside its text. */
const formRoom = 500;

export function requestFor(question: GroundedQuestion, messages: ModelRequest['messages']): ModelRequest {
  const { settings, account, tools } = question;
  const { model, temperature, reasoning_effort: effort, max_output_tokens: maxOutputTokens } = settings;
  const asked = { model, temperature, effort, maxOutputTokens: maxOutputTokens + formRoom };
  const offered = tools && tools.offered.length > 0 ? { tools: tools.offered } : {};
  return { ...asked, messages, ...offered, output: answerOutput, cacheKey: account._id };
}

/** What the tools that are offered cost to read. */
export function toolTokensOf({ tools = [] }: ModelRequest): number {
  return tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools));
}

/** How often the model had something looked up before this is asked. */
export function stepsTaken({ messages }: ModelRequest): number {
  return messages.filter(isWantedCall).length;
}

/** What was wanted on the way to this request, and what came of it. */
export function lookedUpTokens({ messages }: ModelRequest): number {
  const lookedUp = messages.filter((message) => message.role === 'tool' || isWantedCall(message));
  return lookedUp.length === 0 ? 0 : estimateTokens(JSON.stringify(lookedUp));
}

function isWantedCall(message: ModelMessage): boolean {
  return message.role === 'assistant' && message.tool_calls !== undefined;
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

/** All that the customer wrote, said or chose, as far as it is known. */
export function customerTextsOf({ open, history }: Question, transcripts?: ReadonlyMap<string, string>): string[] {
  const inbound = [...history.filter((dm) => dm.direction === 'inbound' && !open.includes(dm)), ...open];
  return inbound.flatMap(({ _id, text, postback, quick_reply: reply }) =>
    [text, postback?.title, postback?.payload, reply?.payload, transcripts?.get(_id)].filter(
      (one) => one !== undefined,
    ),
  );
}

/** A model that ran out of tokens stops in the middle of a word. */
export function readStep({ text, truncated }: ModelStep): ReadAnswer {
  const answer = readAnswer(text);
  return truncated ? { ...answer, text: endAtSentence(withoutThoughts(cleanText(answer.text))) } : answer;
}
