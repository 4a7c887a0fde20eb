import { fillers } from './filler.js';
import { startEvalServer, type EvalServer } from './eval-server.js';
import { loadShop, type LoadedShop } from './load-shop.js';
import { misbehaving } from './misbehaving.js';
import { givenTo, mutantsOf, mutations, type Mutant } from './mutants.js';
import { oracle, type Needed } from './oracle.js';
import type { EvalOptions } from './options.js';
import { Player, type Played } from './player.js';
import { percentile, type Failure, type Gate } from './report.js';
import { comparable, faultsOf } from './scorer.js';
import type { Conversation, Shop, Turn } from './shops.js';
import { StandInModel } from './stand-in-model.js';
import { ToolSystems } from './tool-systems.js';

export interface EvalResult {
  gates: Gate[];
  failures: Failure[];
  notes: string[];
  /** Of a real model. */
  model?: { name: string; cost: number | null; p50Ms: number; p95Ms: number; calls: number };
}

/** Documents about other things, for a shop whose knowledge is searched. */
const fillerCount = 160;
const largeSuffix = '.large';

/** Plays a set of conversations against the built server, and counts what holds. */
export class Evaluation {
  private readonly failures: Failure[] = [];
  private readonly notes = new Set<string>();
  private readonly counts = new Map<string, { cases: number; right: number; atLeast: number }>();
  private server!: EvalServer;
  private systems!: ToolSystems;
  private player!: Player;
  private standIn?: StandInModel;
  private loaded: LoadedShop[] = [];
  private readonly times: number[] = [];
  private cost = 0;
  private turn = 0;

  constructor(
    private readonly shops: readonly Shop[],
    private readonly conversations: readonly Conversation[],
    private readonly options: EvalOptions,
    private readonly log: (line: string) => void,
  ) {}

  /** Good answers pass and bad ones fail: without that nothing below means anything. */
  scoreTheScorer(): void {
    for (const { id, shop, turns } of this.conversations)
      for (const [index, { good, bad, expect }] of turns.entries()) {
        const own = this.shopOf(shop);
        const wrong = faultsOf(good, expect, own);
        this.count('scorer: good answers pass', wrong.length === 0, 1, () => ({
          ...{ id: `${id}.${index + 1}`, what: wrong.map(({ rule, text }) => `${rule}: ${text}`).join('; ') },
          said: good.text,
        }));
        if (!bad) continue;
        const failed = faultsOf(bad, expect, own).length > 0;
        this.count('scorer: bad answers fail', failed, 1, () => ({ id, what: 'a bad answer passes', said: bad.text }));
      }
  }

  async run(real?: { key: string; baseUrl?: string }): Promise<EvalResult> {
    const large = real ? undefined : this.largest();
    const played = [...this.shops, ...(large ? [large] : [])];
    const models = real ? (this.options.model ? [this.options.model] : []) : played.map(({ id }) => `eval-${id}`);
    const groups = [...new Set(this.conversations.map(({ now }) => Date.parse(now)))].sort((a, b) => a - b);
    this.systems = await ToolSystems.start(played);
    try {
      this.server = await startEvalServer({
        accounts: played.map(({ username, name }) => ({ username, name })),
        ...{ models, startAt: groups[0] ?? Date.now(), log: this.log },
        ...(real ? { real } : {}),
      });
      this.player = new Player(this.server, this.systems);
      if (this.server.model) this.standIn = new StandInModel(this.server.model);
      for (const shop of played) {
        const model = real ? (this.options.model ?? process.env['OPENAI_MODEL'] ?? 'gpt-6-luna') : `eval-${shop.id}`;
        const startedAt = Date.now();
        this.loaded.push(await loadShop(this.server, shop, model, this.systems));
        const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
        const { knowledge, tools = [] } = shop;
        this.log(`Loaded ${shop.id}: ${knowledge.length} documents, ${tools.length} tools, in ${seconds} s`);
      }
      for (const { shop, hasTools, notTaken } of this.loaded) {
        if (!hasTools) this.notes.add(`${shop.id}: this server has no tools; what needs one was left out.`);
        for (const name of notTaken) this.notes.add(`${shop.id}: this server knows no setting for ${name}.`);
      }
      for (const at of groups) {
        this.server.clock.set(at);
        const due = this.conversations.filter(({ now }) => Date.parse(now) === at);
        if (real) await this.playReal(due);
        else await this.playStandIns(due);
      }
      if (!real) await this.misbehave(groups.at(-1) ?? Date.now());
    } finally {
      await this.server?.stop();
      await this.systems.stop();
    }
    return this.result(real !== undefined);
  }

  /** Each shop's conversations one after the other, the shops beside each other: a brain is put in charge of a shop. */
  private async playStandIns(due: readonly Conversation[]): Promise<void> {
    await Promise.all(
      this.loaded.map(async (loaded) => {
        const own = due.filter(({ shop }) => shop === baseOf(loaded.shop.id));
        for (const conversation of own) {
          await this.playOracle(loaded, conversation);
          if (!loaded.shop.id.endsWith(largeSuffix)) await this.playMutants(loaded, conversation);
        }
      }),
    );
  }

  private async playOracle(loaded: LoadedShop, conversation: Conversation): Promise<void> {
    if (this.needsMissingTools(loaded, conversation)) return;
    const searched = loaded.shop.id.endsWith(largeSuffix);
    const seen = new Map<number, Needed[]>();
    const played = await this.attempt(`${conversation.id} (oracle)`, () =>
      this.player.play(loaded, conversation, (turn, index) => {
        this.standIn?.put(
          loaded.model,
          oracle(loaded, turn, conversation.now, (needed) => seen.set(index, needed)),
        );
      }),
    );
    for (const [index, turn] of conversation.turns.entries()) {
      const id = `${loaded.shop.id}/${conversation.id}.${index + 1}`;
      const needed = seen.get(index);
      const facts = (turn.expect.sources ?? []).length;
      if (needed && facts > 0) {
        const lacking = needed.filter(({ found }) => !found).map(({ what }) => what);
        const what = searched ? recallSearched(loaded, turn) : 'context recall, knowledge shown whole';
        const atLeast = !searched ? 1 : isAskedInItsWords(loaded, turn) ? 0.95 : 0;
        this.count(what, lacking.length === 0, atLeast, () => ({ id, what: `not shown: ${lacking.join(', ')}` }));
      }
      const one = played?.[index];
      if (one && !searched) this.judgeGood(loaded, turn, id, one);
    }
  }

  /** What a good model says has to arrive as it was said. */
  private judgeGood({ shop }: LoadedShop, turn: Turn, id: string, { reply, run }: Played): void {
    const wrong = faultsOf(reply, turn.expect, shop);
    const held = (run?.failed_checks ?? []).map(({ reason, figures = [] }) => `${reason} ${figures.join(', ')}`.trim());
    const stopped = turn.good.outcome !== 'silent' && held.length > 0;
    this.count('good answers are not held back', !stopped, 1, () => ({
      ...{ id, what: `held back: ${held.join('; ')}`, said: turn.good.text },
    }));
    this.count('good answers arrive and pass', wrong.length === 0, 1, () => ({
      ...{ id, what: wrong.map(({ rule, text }) => `${rule}: ${text}`).join('; '), said: reply.text },
    }));
  }

  private async playMutants(loaded: LoadedShop, conversation: Conversation): Promise<void> {
    if (this.needsMissingTools(loaded, conversation)) return;
    const last = conversation.turns.length - 1;
    const turn = conversation.turns[last];
    if (!turn) return;
    const given = givenTo(loaded.shop, conversation, last);
    const mutants = mutantsOf(turn.good, turn.expect.language, given);
    const chosen = this.options.short ? this.oneOf(mutants) : mutants;
    for (const { mutation, text } of chosen) {
      const id = `${conversation.id} (${mutation})`;
      const played = await this.attempt(id, () =>
        this.player.play(loaded, conversation, (now, index) => {
          const good = oracle(loaded, now, conversation.now, () => undefined);
          if (index < last) return this.standIn?.put(loaded.model, good);
          const calls = loaded.hasTools ? (now.good.tools ?? []) : [];
          return this.standIn?.put(loaded.model, ({ tools, toolAnswers, passages, callIds }) => {
            const offered = calls.filter(({ name }) => tools.includes(name));
            if (offered.length > 0 && toolAnswers.length === 0) return { tools: offered };
            const { language } = now.expect;
            return {
              answer: {
                outcome: 'answer',
                text,
                language,
                sources: [...passages.map((passage) => passage.id), ...callIds],
              },
            };
          });
        }),
      );
      const reply = played?.at(-1)?.reply;
      if (!reply) continue;
      const caught = comparable(reply.text) !== comparable(text);
      this.count(`altered answers are caught: ${mutation}`, caught, 0.99, () => ({
        ...{ id, what: 'it was sent', said: reply.text },
      }));
    }
  }

  /** Each kind in turn, so that all of them are tried over the set. */
  private oneOf(mutants: readonly Mutant[]): Mutant[] {
    for (let step = 0; step < mutations.length && mutants.length > 0; step++) {
      const kind = mutations[this.turn++ % mutations.length];
      const found = mutants.filter(({ mutation }) => mutation === kind);
      if (found.length > 0) return found.slice(0, 1);
    }
    return [];
  }

  private async misbehave(at: number): Promise<void> {
    this.server.clock.set(at);
    await Promise.all(
      this.loaded
        .filter(({ shop }) => !shop.id.endsWith(largeSuffix))
        .map(async (loaded) => {
          const conversation = this.conversations.find(
            ({ shop, turns }) => shop === loaded.shop.id && turns[0]?.good.outcome === 'answer',
          );
          if (!conversation) return;
          for (const { name, brain, wrong } of misbehaving) {
            const id = `${loaded.shop.id}: a model that ${name}`;
            const played = await this.attempt(id, () =>
              this.player.play(loaded, conversation, () => this.standIn?.put(loaded.model, brain), 1),
            );
            const [first] = played ?? [];
            if (!first) continue;
            const problem = wrong(first, loaded.shop);
            this.count('misbehaving models', problem === undefined, 1, () => ({
              ...{ id, what: problem ?? '', said: first.reply.text },
            }));
          }
        }),
    );
  }

  private async playReal(due: readonly Conversation[]): Promise<void> {
    await Promise.all(
      this.loaded.map(async (loaded) => {
        for (const conversation of due.filter(({ shop }) => shop === loaded.shop.id)) {
          if (this.needsMissingTools(loaded, conversation)) continue;
          const wrong: Failure[] = [];
          for (let round = 0; round < this.options.runs; round++) {
            const id = `${conversation.id} (run ${round + 1})`;
            const played = await this.attempt(id, () => this.player.play(loaded, conversation, () => undefined));
            for (const [index, { reply, tookMs, cost }] of (played ?? []).entries()) {
              this.times.push(tookMs);
              this.cost += cost ?? 0;
              const turn = conversation.turns[index];
              const faults = turn ? faultsOf(reply, turn.expect, loaded.shop) : [];
              for (const { rule } of faults) if (rule === 'never') this.count('no forbidden word', false, 1);
              if (turn?.expect.tools && reply.tools)
                this.count('tools', !faults.some(({ rule }) => rule === 'tools'), 0.95);
              if (faults.length > 0)
                wrong.push({
                  ...{ part: 'answers', id: `${id}.${index + 1}`, said: reply.text },
                  what: faults.map(({ rule, text }) => `${rule}: ${text}`).join('; '),
                });
              this.noteHandOver(conversation, turn, reply.outcome);
            }
          }
          // A case counts where all of its runs are right.
          this.count('answers', wrong.length === 0, 0.9);
          this.failures.push(...wrong);
        }
      }),
    );
  }

  private noteHandOver({ tags }: Conversation, turn: Turn | undefined, outcome: string): void {
    if (!turn) return;
    const must = turn.expect.outcome.length === 1 && turn.expect.outcome[0] === 'hand_over';
    const urgent = tags.some((tag) => /distress|legal|wants a human/.test(tag));
    if (must && urgent) this.count('a person where one is needed', outcome === 'hand_over', 1);
    if (!turn.expect.outcome.includes('hand_over'))
      this.count('no person where none is needed', outcome !== 'hand_over', 0.95);
  }

  private needsMissingTools({ hasTools }: LoadedShop, { turns }: Conversation): boolean {
    return !hasTools && turns.some(({ expect, good }) => (expect.tools ?? good.tools ?? []).length > 0);
  }

  private async attempt(id: string, play: () => Promise<Played[]>): Promise<Played[] | undefined> {
    try {
      const played = await play();
      if (process.env['EVAL_TIMES']) this.log(`${id}: ${played.map(({ tookMs }) => tookMs).join(', ')} ms`);
      return played;
    } catch (error) {
      this.count('conversations come to an end', false, 1, () => ({ id, what: String(error) }));
      return undefined;
    }
  }

  private count(what: string, right: boolean, atLeast: number, failure?: () => Omit<Failure, 'part'>): void {
    const counted = this.counts.get(what) ?? { cases: 0, right: 0, atLeast };
    counted.cases += 1;
    if (right) counted.right += 1;
    else if (failure) this.failures.push({ part: what, ...failure() });
    this.counts.set(what, counted);
  }

  private result(isReal: boolean): EvalResult {
    const gates = [...this.counts].map(([what, counted]) => ({ what, ...counted }));
    const { failures, times } = this;
    const model = {
      ...{ name: this.loaded[0]?.model ?? '', cost: Math.round(this.cost * 1e6) / 1e6, calls: times.length },
      ...{ p50Ms: percentile(times, 0.5), p95Ms: percentile(times, 0.95) },
    };
    return { gates, failures, notes: [...this.notes], ...(isReal ? { model } : {}) };
  }

  /** The shop with the most to say, once more and among so much else that it has to be searched. */
  private largest(): Shop | undefined {
    const sources = (shop: Shop): number =>
      this.conversations.filter(
        ({ shop: id, turns }) => id === shop.id && turns.some(({ expect }) => expect.sources?.length),
      ).length;
    const [shop] = [...this.shops].sort((a, b) => sources(b) - sources(a));
    return (
      shop && {
        ...shop,
        ...{ id: `${shop.id}${largeSuffix}`, username: `${shop.username}${largeSuffix}` },
        knowledge: [...fillers(fillerCount), ...shop.knowledge],
      }
    );
  }

  private shopOf(id: string): Shop {
    const found = this.shops.find((shop) => shop.id === id);
    if (!found) throw new Error(`There is no shop ${id}.`);
    return found;
  }
}

function baseOf(id: string): string {
  return id.endsWith(largeSuffix) ? id.slice(0, -largeSuffix.length) : id;
}

/** A search by words finds what is asked in the knowledge's language, and with words: a picture has none. */
function isAskedInItsWords({ shop }: LoadedShop, { customer, expect }: Turn): boolean {
  const ownLanguage = expect.language === undefined || expect.language === shop.main_language;
  return ownLanguage && customer.every(({ attachment }) => attachment === undefined);
}

function recallSearched(loaded: LoadedShop, turn: Turn): string {
  return isAskedInItsWords(loaded, turn)
    ? 'context recall, knowledge searched'
    : 'context recall, knowledge searched in another language or by a picture (told, no gate)';
}
