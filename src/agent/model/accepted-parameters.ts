import type { APIError } from 'openai';
import { LRUCache } from 'lru-cache';

/** What a question holds beside the model and the messages; a provider may know none of it. */
export interface Parameters {
  temperature?: number;
  reasoning_effort?: string;
  max_completion_tokens?: number;
  max_tokens?: number;
  store?: boolean;
  /** Where it is left out, the form of the answer is told in words. */
  response_format?: object;
  prompt_cache_key?: string;
  /** Where it is left out, no tools are offered. */
  tool_choice?: 'none';
}

type Name = keyof Parameters;

interface Habits {
  leftOut: Set<Name>;
  /** Efforts that a model which does think does not take. */
  refusedEfforts: Set<string>;
  /** It knows the limit by its older name. */
  limitIsMaxTokens: boolean;
}

/** The effort that every model that thinks has, in the place of one that some lack. */
const commonEffort = 'low';

/**
 * What models take. APIs that speak OpenAI's differ in it and refuse what they don't know by name; what one refused is
 * left out from then on, or sent in the form it knows.
 */
export class AcceptedParameters {
  private readonly habits = new LRUCache<string, Habits>({ max: 500 });

  /** @param model whose name is remembered together with the server it runs on */
  adapt(server: string, model: string, wanted: Parameters): Parameters {
    const habits = this.habits.get(keyOf(server, model));
    if (!habits) return wanted;
    const adapted = { ...wanted };
    if (habits.limitIsMaxTokens) {
      adapted.max_tokens = adapted.max_completion_tokens;
      delete adapted.max_completion_tokens;
    }
    if (habits.refusedEfforts.has(adapted.reasoning_effort ?? '')) adapted.reasoning_effort = commonEffort;
    for (const name of habits.leftOut) delete adapted[name];
    return adapted;
  }

  /**
   * Learns from a refusal.
   * @param sent what the refused question held
   * @returns whether it names something that can be left out or said otherwise: worth asking again
   */
  learn(server: string, model: string, error: APIError, sent: Parameters): boolean {
    if (error.status !== 400 && error.status !== 422) return false;
    const names = namedIn(error, sent);
    if (names.length === 0) return false;
    const key = keyOf(server, model);
    const none = { leftOut: new Set<Name>(), refusedEfforts: new Set<string>(), limitIsMaxTokens: false };
    const habits = this.habits.get(key) ?? none;
    this.habits.set(key, habits);
    const learned = names.map((name) => learnOf(name, habits, error, sent));
    return learned.includes(true);
  }
}

function learnOf(name: Name, habits: Habits, error: APIError, sent: Parameters): boolean {
  if (name === 'max_tokens') return false; // the last name it has; without a limit there is none on what is paid
  if (name === 'max_completion_tokens') {
    habits.limitIsMaxTokens = true;
    return true;
  }
  const effort = sent.reasoning_effort;
  if (name === 'reasoning_effort' && effort !== undefined && isAboutValue(error, effort)) {
    habits.refusedEfforts.add(effort);
    if (effort !== commonEffort) return true;
  }
  habits.leftOut.add(name);
  return true;
}

/** `Unsupported value: 'reasoning_effort' does not support 'none' with this model`: the parameter itself is known. */
function isAboutValue({ code, message }: APIError, value: string): boolean {
  return code === 'unsupported_value' || new RegExp(`['"\`]${value}['"\`]`).test(message);
}

/** Those of ours that a refusal names: as its `param`, else anywhere in its text, which holds nested details too. */
function namedIn({ param, message, error }: APIError, sent: Parameters): Name[] {
  const ours = (Object.keys(sent) as Name[]).filter((name) => sent[name] !== undefined);
  const byParam = ours.filter((name) => holdsWord(param ?? '', name));
  if (byParam.length > 0) return byParam;
  const text = `${message} ${JSON.stringify(error) ?? ''}`;
  return ours.filter((name) => holdsWord(text, name));
}

function holdsWord(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'i').test(text);
}

function keyOf(server: string, model: string): string {
  return `${server} ${model}`;
}
