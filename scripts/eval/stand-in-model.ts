import type { OpenAiStandIn } from '#libs/sandbox';
import { readModelRequest, type ShownToModel } from './model-request.js';
import type { Reckoned } from './reckoned.js';
import type { Outcome, ToolCall } from './shops.js';

/** What a stand-in says to one request. */
export type Said =
  | { tools: ToolCall[] }
  | { answer: StandInAnswer }
  /** The model's text as it is, in no form or a broken one. */
  | { text: string; finish?: 'stop' | 'length' }
  | { refusal: string }
  | { status: number };

export interface StandInAnswer {
  outcome: Outcome;
  text: string;
  language?: string;
  sources?: string[];
  covers?: 'all' | 'part' | 'none';
  missing?: string;
  reason?: string;
  summary?: string;
  figures?: Reckoned[];
}

/** Decides what is said; `turn` counts the requests since it was put in charge. */
export type Brain = (shown: ShownToModel, turn: number) => Said | Promise<Said>;

/** The model that all shops ask: each by a name of its own, by which its brain is found. */
export class StandInModel {
  private readonly brains = new Map<string, { brain: Brain; turn: number }>();
  private ids = 0;

  constructor(openAi: OpenAiStandIn) {
    openAi.replyWith('/chat/completions', async ({ body }) => this.chat(await this.say(body)));
    openAi.replyWith('/responses', async ({ body }) => this.responses(await this.say(body)));
  }

  /** From now on the shop whose model has this name is answered so. */
  put(model: string, brain: Brain): void {
    this.brains.set(model, { brain, turn: 0 });
  }

  private async say(body: unknown): Promise<Said & { model: string }> {
    const shown = readModelRequest(body);
    const charge = this.brains.get(shown.model);
    if (!charge) return { status: 404, model: shown.model };
    charge.turn += 1;
    const said = await charge.brain(shown, charge.turn);
    const prose = 'answer' in said && !shown.structured ? { text: said.answer.text } : said;
    return { ...prose, model: shown.model };
  }

  private chat(said: Said & { model: string }) {
    if ('status' in said)
      return { status: said.status, body: { error: { message: 'stand-in', type: 'server_error' } } };
    const calls = 'tools' in said ? said.tools : [];
    const message = {
      role: 'assistant',
      content: 'refusal' in said ? null : (textOf(said) ?? null),
      ...('refusal' in said ? { refusal: said.refusal } : {}),
      ...(calls.length > 0
        ? {
            tool_calls: calls.map(({ name, args }) => ({
              ...{ id: `call_${++this.ids}`, type: 'function' },
              function: { name, arguments: JSON.stringify(args) },
            })),
          }
        : {}),
    };
    const ended = 'finish' in said ? said.finish : calls.length > 0 ? 'tool_calls' : 'stop';
    return {
      body: {
        ...{ id: `chatcmpl-${++this.ids}`, object: 'chat.completion', created: 1_790_000_000, model: said.model },
        choices: [{ index: 0, finish_reason: ended ?? 'stop', message }],
        usage: { prompt_tokens: 3_000, completion_tokens: 120, total_tokens: 3_120 },
      },
    };
  }

  private responses(said: Said & { model: string }) {
    if ('status' in said)
      return { status: said.status, body: { error: { message: 'stand-in', type: 'server_error' } } };
    const isCut = 'finish' in said && said.finish === 'length';
    const output =
      'tools' in said
        ? said.tools.map(({ name, args }) => ({
            ...{ type: 'function_call', id: `fc_${++this.ids}`, call_id: `call_${this.ids}`, status: 'completed' },
            ...{ name, arguments: JSON.stringify(args) },
          }))
        : [
            {
              ...{ type: 'message', id: `msg_${++this.ids}`, role: 'assistant', status: 'completed' },
              content: [
                'refusal' in said
                  ? { type: 'refusal', refusal: said.refusal }
                  : { type: 'output_text', text: textOf(said) ?? '', annotations: [] },
              ],
            },
          ];
    return {
      body: {
        ...{ id: `resp_${++this.ids}`, object: 'response', created_at: 1_790_000_000, model: said.model, output },
        ...(isCut
          ? { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
          : { status: 'completed', incomplete_details: null }),
        usage: {
          ...{ input_tokens: 3_000, output_tokens: 120, total_tokens: 3_120 },
          ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
        },
      },
    };
  }
}

function textOf(said: Said): string | undefined {
  if ('text' in said) return said.text;
  return 'answer' in said ? JSON.stringify(wholeAnswer(said.answer)) : undefined;
}

/** With every field of the form. */
export function wholeAnswer(answer: StandInAnswer): object {
  const {
    outcome,
    text,
    language = null,
    sources = [],
    covers,
    missing = null,
    reason,
    summary,
    figures = [],
  } = answer;
  const toPerson = outcome === 'hand_over';
  return {
    ...{ language, covers: covers ?? (toPerson ? 'none' : 'all'), missing, outcome },
    ...{ reason: toPerson ? (reason ?? 'missing_knowledge') : null, sources, figures, text, quick_replies: [] },
    ...{ summary: toPerson ? (summary ?? 'Somebody has to go on.') : null, transfer_to: null },
  };
}
