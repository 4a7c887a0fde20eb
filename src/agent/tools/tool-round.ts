import { metrics } from '../../observability/index.js';
import { actionKey, type Action, type ActionsRepository, type Proposal } from './actions.repository.js';
import { inventedArguments } from './customer-words.js';
import type { CallEnd, ToolCallsRepository } from './tool-calls.repository.js';
import type { ToolCallRecord } from './tool-call.schema.js';
import type { ToolCallerService, ToolCallResult } from './tool-caller.service.js';
import { readArguments, strictSchemaOf, type ToolArguments } from './tool-parameters.js';
import type { ToolTalk } from './tool-rounds.service.js';
import type { Tool } from './tools.repository.js';

/** Calls that one answer may make; two go out at once. */
export const maxCalls = 3;
const atOnce = 2;
const maxProposals = 3;
/** All calls of one answer together. */
const roundMs = 20_000;
/** Wrong guesses of a conversation within an hour; then a person has a look. */
export const maxMisses = 5;

/** What the model wants called, as it wrote it: nothing of it is checked. */
export interface WantedCall {
  id: string;
  name: string;
  arguments: string;
}

/**
 * - `done`: it was called, or had been a moment ago (`known`)
 * - `failed`: it was called in vain, or its process ended meanwhile (`unfinished`)
 * - `refused`: it was not called, and the model was told why
 * - `proposed`, `under_way`: it waits for a person, or is about to be done
 */
export type ToolCallState = 'done' | 'failed' | 'refused' | 'proposed' | 'under_way';

/** What came of it, for the run that is kept: without the answer, which holds what the shop knows of the customer. */
export interface ToolCallNote {
  id: string;
  tool: string;
  state: ToolCallState;
  /** Why it is not `done`, or how it came to be. */
  reason?: string;
  /** What it was called with, where that was all right. */
  args?: ToolArguments;
  status?: number;
  ms?: number;
}

/** An answer that was looked up: a source that figures may be taken from. */
export interface ToolSource {
  id: string;
  text: string;
}

interface Parts {
  calls: ToolCallsRepository;
  actions: ActionsRepository;
  caller: ToolCallerService;
}

type Told = Record<string, unknown>;

const notes = {
  not_from_customer: 'The customer did not write this. Ask them for it; do not guess.',
  no_more_calls: 'No more can be looked up for this answer. Answer with what you have, or say that you can’t tell now.',
  unavailable: 'It can’t be looked up right now. Say so plainly; claim neither yes nor no.',
  nothing: 'There is nothing by these arguments. Say so, and ask the customer to check them.',
  proposed: 'A colleague has to confirm it first. Tell the customer that it was passed on; it is not done yet.',
  automatic: 'It will be done right after your answer. Tell the customer that it was passed on; it is not done yet.',
  under_way: 'It was passed on before, and is not done yet. Tell the customer so.',
} as const;

/**
 * The tools of one answer. Reading ones are called here, within limits; writing ones are only taken down as proposals,
 * which count when the answer is written. What they say is data: it names no tool and reaches no other host.
 */
export class ToolRound {
  /** What the model is offered. */
  readonly offered: { name: string; description: string; parameters: Record<string, unknown> }[];
  readonly proposals: Proposal[] = [];
  readonly sources: ToolSource[] = [];
  readonly calls: ToolCallNote[] = [];
  /** By which an answer may name what it was told. */
  readonly ids = new Set<string>();
  /** Something was wanted that the customer has not said: the answer asks for it. */
  mustAsk = false;
  private readonly byName: ReadonlyMap<string, Tool>;
  private readonly running = new Map<string, Promise<Told>>();
  private leftMs = roundMs;
  private made = 0;
  private readonly missesBefore: number;

  constructor(
    private readonly parts: Parts,
    private readonly talk: ToolTalk,
    tools: readonly Tool[],
    private misses: number,
    /** What was proposed in this conversation before, the latest first. */
    readonly before: readonly Pick<Action, 'tool' | 'arguments' | 'state' | 'answer'>[] = [],
  ) {
    this.missesBefore = misses;
    this.byName = new Map(tools.map((tool) => [tool.name, tool]));
    this.offered = tools.map(({ name, description, parameters, effect }) => ({
      name,
      description: effect === 'write' ? `${description} (A colleague confirms it first.)` : description,
      parameters: strictSchemaOf(parameters),
    }));
  }

  /** Whether there is anything left that the model could use. */
  get isOpen(): boolean {
    return this.byName.size > 0 && this.leftMs > 0 && this.made < maxCalls;
  }

  /** What was done by a tool in this conversation: of that it may be said. */
  get done(): string[] {
    return this.before
      .filter(({ state }) => state === 'done')
      .map(({ tool, answer }) => JSON.stringify([tool, this.byName.get(tool)?.description, answer]));
  }

  /** The customer has guessed once too often: a person has a look. */
  get needsPerson(): boolean {
    return this.misses >= maxMisses && this.misses > this.missesBefore;
  }

  /** Something could not be looked up: what the answer lacks, a person knows. */
  get hasFailed(): boolean {
    return this.calls.some(({ state }) => state === 'failed');
  }

  /**
   * @returns what the model is told of each call, in their order, as JSON
   * @throws whatever `signal` was aborted with
   */
  async run(wanted: readonly WantedCall[], signal: AbortSignal): Promise<{ id: string; content: string }[]> {
    const told: { id: string; content: string }[] = [];
    const began = performance.now();
    const until = AbortSignal.timeout(Math.max(1, Math.round(this.leftMs)));
    for (let at = 0; at < wanted.length; at += atOnce) {
      const some = wanted.slice(at, at + atOnce).map(async (call) => {
        const answer = await this.one(call, signal, until);
        this.ids.add(call.id);
        return { id: call.id, content: JSON.stringify({ tool: call.name, ...answer }) };
      });
      told.push(...(await Promise.all(some)));
    }
    this.leftMs -= performance.now() - began;
    return told;
  }

  private async one(call: WantedCall, signal: AbortSignal, until: AbortSignal): Promise<Told> {
    const tool = this.byName.get(call.name);
    if (!tool) return this.refused(call, 'unknown_tool', {});
    const { args, problems } = readArguments(tool.parameters, parsed(call.arguments));
    if (problems.length > 0) return this.refused(call, 'bad_arguments', { problems: problems.slice(0, 10) });
    const invented = inventedArguments(tool.parameters, args, this.talk.customerTexts);
    if (invented.length > 0) return this.invented(call, tool, args, invented);
    if (tool.effect === 'write') return this.propose(call, tool, args);
    return this.look(call, tool, args, signal, until);
  }

  private refused(call: WantedCall, outcome: string, more: Told): Told {
    metrics.agentToolCalls.inc({ outcome: 'refused' });
    this.note(call, { state: 'refused', reason: outcome });
    return { error: outcome, ...more };
  }

  private async invented(call: WantedCall, tool: Tool, args: ToolArguments, names: string[]): Promise<Told> {
    this.mustAsk = true;
    const about = this.about(tool, args);
    if (about) await this.parts.calls.noteMiss(about);
    this.misses++;
    return this.refused(call, 'not_from_customer', { parameters: names, note: notes.not_from_customer });
  }

  /** Nothing is done here: it counts when the answer that tells of it is written. */
  private async propose(call: WantedCall, tool: Tool, args: ToolArguments): Promise<Told> {
    const key = actionKey(tool.name, args);
    const { conversationId } = this.talk;
    if (conversationId !== undefined && (await this.parts.actions.isUnderWay(conversationId, key)))
      return this.told(call, 'under_way', args);
    // Without waiting from here on: the model may want the same twice at once.
    const known = this.proposals.some((one) => actionKey(one.tool.name, one.args) === key);
    if (!known && this.proposals.length >= maxProposals)
      return this.refused(call, 'no_more_calls', { note: notes.no_more_calls });
    if (!known) this.proposals.push({ tool, args });
    return this.told(call, tool.approval === 'automatic' ? 'automatic' : 'proposed', args);
  }

  private told(call: WantedCall, state: 'under_way' | 'automatic' | 'proposed', args: ToolArguments): Told {
    this.note(call, state === 'automatic' ? { state: 'proposed', reason: state, args } : { state, args });
    return { state, note: notes[state] };
  }

  /** The same question of one answer goes out once. */
  private async look(
    call: WantedCall,
    tool: Tool,
    args: ToolArguments,
    signal: AbortSignal,
    until: AbortSignal,
  ): Promise<Told> {
    const key = actionKey(tool.name, args);
    const running = this.running.get(key);
    if (running) return running;
    if (!this.isOpen) return this.refused(call, 'no_more_calls', { note: notes.no_more_calls });
    this.made++;
    const looking = this.lookOnce(call, tool, args, signal, until);
    this.running.set(key, looking);
    return looking;
  }

  private async lookOnce(
    call: WantedCall,
    tool: Tool,
    args: ToolArguments,
    signal: AbortSignal,
    until: AbortSignal,
  ): Promise<Told> {
    const about = this.about(tool, args);
    const begun = about && (await this.parts.calls.begin(about));
    if (begun?.kind === 'known') return this.tell(call, args, begun.record, 'known');
    let end: CallEnd;
    try {
      end = endOf(tool, await this.call(tool, args, signal, until));
    } catch (error) {
      // Given up by us, not by the tool: whoever takes over looks up anew.
      if (begun) await this.parts.calls.forget(begun.key, begun.attempt);
      throw error;
    }
    if (begun) await this.parts.calls.end(begun.key, begun.attempt, end);
    if (end.missed) this.misses++;
    return this.tell(call, args, end, end.state);
  }

  private async call(
    tool: Tool,
    args: ToolArguments,
    signal: AbortSignal,
    until: AbortSignal,
  ): Promise<ToolCallResult> {
    try {
      return await this.parts.caller.call(tool, args, { signal: AbortSignal.any([signal, until]) });
    } catch (error) {
      signal.throwIfAborted();
      if (until.aborted) return { outcome: 'lost', reason: 'timeout', ms: roundMs };
      throw error;
    }
  }

  private tell(
    call: WantedCall,
    args: ToolArguments,
    { state, status, answer, ms, missed, reason }: CallEnd | ToolCallRecord,
    outcome: string,
  ): Told {
    metrics.agentToolCalls.inc({ outcome });
    const why = reason ?? (state === 'started' ? 'unfinished' : outcome === 'known' ? 'known' : undefined);
    this.note(call, { state: state === 'done' ? 'done' : 'failed', reason: why, args, status, ms });
    if (state !== 'done') return { error: 'unavailable', note: notes.unavailable };
    // A miss has no answer to take figures from.
    if (missed || (status ?? 0) >= 400) return { answer: null, note: notes.nothing };
    this.sources.push({ id: call.id, text: JSON.stringify(answer ?? null) });
    return { id: call.id, answer: answer ?? null };
  }

  private note({ id, name }: WantedCall, came: Omit<ToolCallNote, 'id' | 'tool'>): void {
    this.calls.push({ id, tool: name.slice(0, 64), ...came });
  }

  private about(tool: Tool, args: ToolArguments) {
    const { account, conversationId, messageId } = this.talk;
    if (conversationId === undefined) return undefined;
    const whose = { user_id: account.user_id, account_id: account._id, conversation_id: conversationId };
    return { ...whose, message_id: messageId, tool: tool.name, args };
  }
}

/** What the ledger keeps of a call. */
function endOf({ parameters }: Tool, result: ToolCallResult): CallEnd {
  const { ms } = result;
  if (result.outcome !== 'answered') return { state: 'failed', reason: result.reason, ms };
  const { status, answer, problem } = result;
  const isRefusal = status >= 400 && status < 500 && ![401, 403, 407, 408, 425, 429].includes(status);
  if (problem !== undefined) return { state: 'failed', reason: problem, status, ms };
  if (status >= 200 && status < 300) return { state: 'done', status, answer, ms };
  if (!isRefusal) return { state: 'failed', reason: 'bad_status', status, ms };
  const missed = parameters.some(({ from_customer: marked }) => marked);
  return { state: 'done', status, ms, ...(missed ? { missed } : {}) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
