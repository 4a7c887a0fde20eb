import type { EvalServer } from './eval-server.js';
import type { LoadedShop } from './load-shop.js';
import type { Conversation, CustomerItem, Outcome, Reply, ToolCall, Turn } from './shops.js';
import type { ToolSystems } from './tool-systems.js';

/** What came of a turn. */
export interface Played {
  reply: Reply;
  /** From the last message to the reply, ms. */
  tookMs: number;
  cost: number | null;
  tokens: number;
  run?: Run;
}

export interface Run {
  outcome: string;
  reason?: string;
  sources: { document_id: string; used: boolean }[];
  failed_checks: { reason: string; figures?: string[] }[];
  tokens: { input: number; output: number };
  cost: number | null;
  latency_ms: number;
}

interface DmRow {
  _id: string;
  conversation_id: string;
  direction: string;
  text?: string;
  status?: string;
  agent_state?: string;
  timestamp: number;
}

const patienceMs = 90_000;
const pollMs = 40;

/** Plays customers: writes as they do, by signed webhooks, and reads what the server made of it through its API. */
export class Player {
  private people = 0;

  constructor(
    private readonly server: EvalServer,
    private readonly systems: ToolSystems,
  ) {}

  /**
   * Plays the turns one after the other.
   * @param before is called before each turn is said
   * @param turns how many; all when left out
   */
  async play(
    loaded: LoadedShop,
    conversation: Conversation,
    before: (turn: Turn, index: number) => void | Promise<void>,
    turns = conversation.turns.length,
  ): Promise<Played[]> {
    const { customer: about } = conversation;
    const to = this.server.sandbox.getAccount(loaded.shop.username);
    const username = `${about?.username ?? conversation.id}${++this.people > 0 ? `.${this.people}` : ''}`;
    const customer = this.server.sandbox.createCustomer({ username, name: about?.name ?? null });
    const played: Played[] = [];
    const seen = new Set<string>();
    let said = 0;
    for (const [index, turn] of conversation.turns.slice(0, turns).entries()) {
      await before(turn, index);
      this.systems.takeCalls(loaded.shop.id);
      const startedAt = performance.now();
      let sent = 0;
      for (const item of turn.customer) {
        this.say(customer, item, to);
        sent++;
      }
      said += sent;
      const dms = await this.settled(loaded, customer.idFor(to), said);
      const tookMs = Math.round(performance.now() - startedAt);
      const inbound = dms.filter(({ direction }) => direction === 'inbound');
      const fresh = dms.filter(({ _id, direction }) => direction === 'outbound' && !seen.has(_id));
      for (const { _id } of fresh) seen.add(_id);
      played.push(await this.playedOf(loaded, inbound.at(-1), fresh, tookMs));
      const conversationId = inbound[0]?.conversation_id;
      if (index + 1 < turns && conversationId)
        await this.server.api('PATCH', `/inbox/conversations/${conversationId}`, { agent_paused: false });
    }
    return played;
  }

  private say(
    customer: ReturnType<EvalServer['sandbox']['createCustomer']>,
    item: CustomerItem,
    to: ReturnType<EvalServer['sandbox']['getAccount']>,
  ): void {
    const kind = `${item.attachment ?? ''} ${Object.keys(item).join(' ')}`;
    if (/story/i.test(kind)) customer.replyToStory(item.text ?? '', { to });
    else if (/voice|audio/i.test(item.attachment ?? '')) customer.sendAudio(undefined, { to });
    else if (/picture|image|photo/i.test(item.attachment ?? ''))
      customer.sendPicture(undefined, { to, text: item.text });
    else if (item.attachment) customer.sendAttachments([{ type: item.attachment }], { to });
    else customer.sendText(item.text ?? '', { to });
  }

  /** Waits until nothing is open: what was said is stored and decided on, what is answered is sent. */
  private async settled(loaded: LoadedShop, igsid: string, inbound: number): Promise<DmRow[]> {
    const until = Date.now() + patienceMs;
    let conversationId: string | undefined;
    for (;;) {
      const which = conversationId
        ? `conversation_id=${conversationId}`
        : `platform_account_id=${loaded.accountId}&sender_id=${igsid}`;
      const { data: rows } = await this.server.api<{ data: DmRow[] }>('GET', `/instagram-dms/list?${which}&limit=50`);
      conversationId ??= rows[0]?.conversation_id;
      const open = rows.filter(
        ({ agent_state: state, status }) => state === 'pending' || status === 'queued' || status === 'sending',
      );
      const said = rows.filter(({ direction }) => direction === 'inbound');
      if (said.length >= inbound && open.length === 0 && which.startsWith('conversation'))
        return rows.sort((a, b) => a.timestamp - b.timestamp || (a._id < b._id ? -1 : 1));
      if (Date.now() > until) throw new Error(`No answer within ${patienceMs / 1_000} s.`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  private async playedOf(
    loaded: LoadedShop,
    asked: DmRow | undefined,
    replies: readonly DmRow[],
    tookMs: number,
  ): Promise<Played> {
    const text = replies.map((dm) => dm.text ?? '').join('\n\n');
    const run = asked && (await this.runOf(asked._id));
    const tools = loaded.hasTools ? this.callsOf(loaded) : undefined;
    const sources = run?.sources
      .filter(({ used }) => used)
      .flatMap(({ document_id: id }) => loaded.documents.get(id) ?? []);
    const proposed = asked && loaded.hasTools ? await this.proposalsOf(loaded, asked.conversation_id) : [];
    return {
      reply: {
        ...{ outcome: outcomeOf(run, text), text },
        ...(tools ? { tools: [...tools, ...proposed] } : {}),
        ...(sources ? { sources } : {}),
      },
      ...{ tookMs, cost: run?.cost ?? null, tokens: run ? run.tokens.input + run.tokens.output : 0 },
      ...(run ? { run } : {}),
    };
  }

  /** Values as the shop declares them: an address carries texts alone. */
  private callsOf({ shop }: LoadedShop): ToolCall[] {
    return this.systems.takeCalls(shop.id).map(({ name, args }) => {
      const types = shop.tools?.find((tool) => tool.name === name)?.parameters.properties ?? {};
      const typed = Object.entries(args).map(([key, value]) => {
        const { type } = types[key] ?? {};
        const isNumber = type === 'integer' || type === 'number';
        return [key, isNumber ? Number(value) : type === 'boolean' ? String(value) === 'true' : value] as const;
      });
      return { name, args: Object.fromEntries(typed) };
    });
  }

  private readonly proposed = new Map<string, number>();

  private async proposalsOf(loaded: LoadedShop, conversationId: string): Promise<ToolCall[]> {
    if (!loaded.shop.tools?.some(({ effect }) => effect === 'write')) return [];
    const { data } = await this.server.api<{ data: { tool: string; arguments: Record<string, unknown> }[] }>(
      'GET',
      `/agent/actions?conversation_id=${conversationId}`,
    );
    const before = this.proposed.get(conversationId) ?? 0;
    this.proposed.set(conversationId, data.length);
    return data.slice(0, data.length - before).map(({ tool, arguments: args }) => ({ name: tool, args }));
  }

  private async runOf(dmId: string): Promise<Run | undefined> {
    try {
      return (await this.server.api<{ data: Run }>('GET', `/agent/runs/${dmId}`)).data;
    } catch {
      return undefined;
    }
  }
}

function outcomeOf(run: Run | undefined, text: string): Outcome {
  if (run?.outcome === 'answer' || run?.outcome === 'ask' || run?.outcome === 'hand_over') return run.outcome;
  return text === '' ? 'silent' : 'answer';
}
