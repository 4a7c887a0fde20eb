import { cleanText } from '../text/clean-text.js';
import { withoutThoughts } from '../text/thoughts.js';
import {
  answerCovers,
  answerOutcomes,
  escalationReasons,
  figureOperators,
  type AgentAnswer,
  type AnswerFigure,
  type ReadAnswer,
} from './agent-answer.js';

type Fields = Record<string, unknown>;

/** Beyond what an answer may hold nobody reads. */
const most = { sources: 40, figures: 60, quickReplies: 13, operands: 12, short: 200, summary: 1_000 };
/** Where a model puts its words that follows no form but its own. */
const ownNames = ['text', 'reply', 'answer', 'message', 'response', 'content'];

/**
 * Reads what a model answered: JSON of our form, such JSON with words or a fence around it, half of it, or prose. It
 * trusts no type and never throws; what is missing counts as not said.
 */
export function readAnswer(written: string): ReadAnswer {
  const json = jsonIn(written) ?? jsonIn(withoutThoughts(cleanText(written)));
  if (json === undefined) return { ...nothingSaid(), text: written, form: 'prose' };
  const text = textIn(json);
  return { ...nothingSaid(), ...fieldsIn(json, text), text, form: 'structured' };
}

function nothingSaid(): AgentAnswer {
  return {
    ...{ outcome: 'answer', text: '', language: null, sources: [], figures: [], covers: 'all' },
    ...{ missing: null, reason: null, summary: null, quick_replies: [], transfer_to: null },
  };
}

function fieldsIn(json: Fields, text: string): Partial<AgentAnswer> {
  return {
    // Without words there is nothing to answer or ask with; whether it meant to be silent has to be said.
    outcome: oneOf(answerOutcomes, json.outcome) ?? 'answer',
    language: shortText(json.language),
    sources: texts(json.sources).slice(0, most.sources),
    figures: list(json.figures).flatMap(figureOf).slice(0, most.figures),
    covers: oneOf(answerCovers, json.covers) ?? (text === '' ? 'none' : 'all'),
    missing: shortText(json.missing),
    reason: oneOf(escalationReasons, json.reason) ?? null,
    summary: shortText(json.summary, most.summary),
    quick_replies: texts(json.quick_replies).slice(0, most.quickReplies),
    transfer_to: shortText(json.transfer_to),
  };
}

function figureOf(value: unknown): AnswerFigure[] {
  const { written, source, calculation } = fields(value) ?? {};
  const as = typeof written === 'number' ? String(written) : shortText(written);
  if (as === null) return [];
  const { operator, operands } = fields(calculation) ?? {};
  const known = oneOf(figureOperators, operator);
  return [
    {
      written: as,
      source: shortText(source),
      calculation: known ? { operator: known, operands: texts(operands).slice(0, most.operands) } : null,
    },
  ];
}

function textIn(json: Fields): string {
  for (const name of ownNames) {
    const value = json[name];
    if (typeof value === 'string') return value;
  }
  return '';
}

/** The object in it: alone, in a fence, among words, or broken off. */
function jsonIn(written: string): Fields | undefined {
  const start = written.indexOf('{');
  if (start === -1) return undefined;
  const from = written.slice(start);
  const end = from.lastIndexOf('}');
  const found = parsed(written) ?? parsed(from.slice(0, end + 1)) ?? parsed(completed(from));
  return found && looksLikeOurs(found) ? found : undefined;
}

/** A customer may write about JSON, and be answered in it: only what has a field of ours is an answer in our form. */
function looksLikeOurs(json: Fields): boolean {
  return 'outcome' in json || ownNames.some((name) => typeof json[name] === 'string');
}

/** What was cut off, with the ends that are missing. */
function completed(broken: string): string {
  const open: string[] = [];
  let inText = false;
  for (let at = 0; at < broken.length; at++) {
    const sign = broken[at];
    if (inText) {
      if (sign === '\\') at++;
      else if (sign === '"') inText = false;
    } else if (sign === '"') inText = true;
    else if (sign === '{') open.push('}');
    else if (sign === '[') open.push(']');
    else if (sign === '}' || sign === ']') open.pop();
  }
  const cut = inText ? `${broken.replace(/\\(?:u[\da-f]{0,3})?$/i, '')}"` : broken.replace(/[,:]\s*$/, '');
  const whole = cut + open.reverse().join('');
  // A name whose value never came is no field.
  return parsed(whole) ? whole : whole.replace(/,?\s*"(?:[^"\\]|\\.)*"\s*:?\s*([\]}]*)$/, '$1');
}

function parsed(text: string): Fields | undefined {
  try {
    return fields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function texts(value: unknown): string[] {
  return list(value).flatMap((one) => {
    const text = typeof one === 'number' ? String(one) : shortText(one);
    return text === null ? [] : [text];
  });
}

function shortText(value: unknown, longest = most.short): string | null {
  if (typeof value !== 'string') return null;
  const text = cleanText(value).trim().slice(0, longest);
  return text === '' ? null : text;
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((one) => one === value);
}
