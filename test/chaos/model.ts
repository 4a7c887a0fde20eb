import {
  startOpenAiStandIn,
  toolAnswersIn,
  type AskedModel,
  type ModelSays,
  type OpenAiFault,
  type OpenAiStandIn,
} from '#libs/sandbox';

/** One answer of the model: which of the customer's messages it was shown as open. */
export interface ModelReply {
  id: string;
  /** When the worker first put this question. */
  askedAt: number;
  covers: string[];
  worker: number;
  text: string;
  /** The message for which it wants something put aside. */
  proposes?: string;
}

const filler =
  'The ceramics are thrown by hand in the yard behind the shop, glazed twice and fired slowly over a whole night. ' +
  'Candles are poured on Tuesdays, from rapeseed wax, with a cotton wick, and rest for two weeks before they are sold. ';

/** Marks by which the checker finds its way: customers' messages are `n000001`, replies `r000001`, desk sends `d000001`. */
export const marks = { note: /n\d{6}/g, reply: /r\d{6}/, part: /r\d{6}\.(\d)/, desk: /d\d{6}/ } as const;

/**
 * A model for each worker, so that it is known who asked. It answers with the marks of what it was shown as open, which
 * makes every send tell what it answers. Where it is offered tools, it has each answer stamped before it gives it, and
 * something put aside with every third.
 */
export class Models {
  readonly replies = new Map<string, ModelReply>();
  private readonly standIns: OpenAiStandIn[] = [];
  private readonly watchers = new Set<(reply: ModelReply) => void>();

  async start(workers: number): Promise<void> {
    for (let worker = 0; worker < workers; worker++) {
      const standIn = await startOpenAiStandIn({ latencyMs: 40 });
      standIn.answerWith((asked) => this.say(worker, asked, firstAskedAt(standIn, asked.open)));
      this.standIns.push(standIn);
    }
  }

  urlFor(worker: number): string {
    return (this.standIns[worker] as OpenAiStandIn).baseUrl;
  }

  get asked(): number {
    return this.standIns.reduce((sum, { asked }) => sum + asked.length, 0);
  }

  /** Called when an answer is on its way to the worker. @returns stops it */
  watch(watcher: (reply: ModelReply) => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  fail(fault: OpenAiFault): void {
    for (const standIn of this.standIns) standIn.fail(fault);
  }

  clearFaults(): void {
    for (const standIn of this.standIns) standIn.clearFaults();
  }

  async stop(): Promise<void> {
    await Promise.all(this.standIns.map((standIn) => standIn.stop()));
  }

  private say(worker: number, { open, request, messages }: Omit<AskedModel, 'answered'>, askedAt: number): ModelSays {
    const told = toolAnswersIn(messages);
    const stamped = this.replies.get(
      marks.reply.exec(JSON.stringify(told.map((one) => one.told.answer ?? '')))?.[0] ?? '',
    );
    if (stamped) return this.give(stamped);
    const reply = this.newReply(worker, open, askedAt);
    if ((request.tools ?? []).length === 0) return this.give(reply);
    const stamp = { name: 'stamp', args: { stamp: (reply.text.match(new RegExp(marks.part, 'g')) ?? []).join(' ') } };
    const [note] = reply.covers;
    if (note === undefined || this.replies.size % 3 > 0) return { tools: [stamp] };
    reply.proposes = note;
    return { tools: [stamp, { name: 'put_aside', args: { note } }] };
  }

  private give(reply: ModelReply): string {
    for (const watcher of this.watchers) watcher(reply);
    return reply.text;
  }

  private newReply(worker: number, open: string[], askedAt: number): ModelReply {
    const number = this.replies.size + 1;
    const id = `r${String(number).padStart(6, '0')}`;
    const covers = [...new Set(open.flatMap((text) => text.match(marks.note) ?? []))];
    const text = number % 6 === 0 ? longReply(id, covers) : `${id}.1 answers ${covers.join(' ') || 'nothing'}.`;
    const reply: ModelReply = { id, askedAt, covers, worker, text };
    this.replies.set(id, reply);
    return reply;
  }
}

/** A client asks again after a failure; what it says it had read before the first time. */
function firstAskedAt({ asked }: OpenAiStandIn, open: string[]): number {
  const question = JSON.stringify(open);
  const same = asked.slice(-200).filter((before) => JSON.stringify(before.open) === question);
  return Math.min(Date.now(), ...same.map(({ at }) => at));
}

/** Too long for one message: its parts have to arrive in order. */
function longReply(id: string, covers: string[]): string {
  const part = (n: number, words: string): string => `${id}.${n} ${words} ${filler.repeat(3)}`.trim();
  return [part(1, `answers ${covers.join(' ') || 'nothing'}.`), part(2, 'goes on.'), part(3, 'ends.')].join('\n\n');
}
