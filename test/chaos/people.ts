import { setTimeout as delay } from 'node:timers/promises';
import { Random, type Happened } from '#libs/sandbox';
import type { ChaosOptions } from './options.js';
import type { Phone, Seen } from './phone.js';
import type { ChaosStack } from './stack.js';

/** One thing a person said that the agent should answer, and the words by which it is found again. */
export interface Note {
  mark: string;
  /** Absent for an ice breaker, which has no id at Meta. */
  mid?: string;
  message?: Seen;
  thread: Thread;
  kind: string;
  at: number;
  /** Whether an answer must name it: pictures without words carry no mark that the model sees. */
  named: boolean;
}

/** A person and the account they write to. */
export interface Thread {
  phone: Phone;
  account: ChaosStack['accounts'][number];
  /** A person of the shop answers here: the agent steps back, so that silence is right. */
  withPerson: boolean;
  notes: Note[];
  random: Random;
  bursts: number;
}

interface Action {
  weight: number;
  /** @returns whether something happened */
  act: (thread: Thread) => boolean;
}

const eventsPerThread = 12;
/** Two machines that answer each other at once look like bots after ten rounds: people stop before. */
const maxBursts = 8;
/** Meta batches as it likes; how many events a body holds at most changes every so often. */
const batchSizes = [1, 1, 1, 10, 100, 1_000];
const eventsPerBatchSize = 25;

/** Everybody who writes, and what they did: the truth that the checker holds against the store. */
export class People {
  readonly threads: Thread[] = [];
  readonly notes: Note[] = [];
  readonly happened: Happened[] = [];
  readonly counts = new Map<string, number>();
  private readonly random: Random;
  private readonly actions: Record<string, Action>;
  private done = 0;
  private nextBatchSizeAt = 0;

  constructor(
    private readonly stack: ChaosStack,
    private readonly options: ChaosOptions,
  ) {
    this.random = new Random(options.seed);
    const count = Math.max(8, Math.ceil(options.events / eventsPerThread));
    for (let n = 0; n < count; n++) this.threads.push(this.newThread(`person${n}`, n % 8 === 7));
    this.actions = this.whatPeopleDo();
  }

  get events(): number {
    return this.done;
  }

  /** Writes until all events have happened, evenly over the time of the load. */
  async live(): Promise<void> {
    const startedAt = Date.now();
    const { events, loadMs } = this.options;
    while (this.done < events) {
      const due = Math.min(events, Math.ceil(((Date.now() - startedAt) / loadMs) * events));
      while (this.done < due) this.burst();
      await delay(20);
    }
  }

  /** A few more, for what happens beside the load. */
  async liveOn(events: number, forMs: number): Promise<void> {
    for (let n = 0; n < events; n++) {
      this.burst();
      await delay(forMs / events);
    }
  }

  /** A person who writes one line right now, in a conversation of their own: how long until it is answered? */
  canary(): Note {
    const thread = this.newThread(`canary${this.threads.length}`, false);
    this.threads.push(thread);
    return this.sayText(thread);
  }

  /** A thousand events in one body, from everybody. */
  flood(events: number): void {
    const { webhooks } = this.stack.local.sandbox;
    webhooks.configure({ batchSize: events, batchWaitMs: 500 });
    for (let n = 0; n < events; n++) this.sayText(this.pick(this.threads));
    this.changeBatchSize();
  }

  private burst(): void {
    if (this.done >= this.nextBatchSizeAt) this.changeBatchSize();
    const open = this.threads.filter(({ bursts, withPerson }) => bursts < (withPerson ? 3 : maxBursts));
    const thread = this.pick(open.length > 0 ? open : this.threads);
    thread.bursts++;
    const length = 1 + thread.random.below(4);
    for (let n = 0; n < length; n++) this.act(thread);
    if (thread.withPerson && thread.bursts === 3) {
      this.note('echo of a person', thread.phone.answeredByPerson(`A person of the shop, ${this.done}`));
    }
  }

  private changeBatchSize(): void {
    this.nextBatchSizeAt = this.done + eventsPerBatchSize;
    const batchSize = this.pick(batchSizes);
    const batchWaitMs = Math.min(600, batchSize * 20);
    this.stack.local.sandbox.webhooks.configure({ duplicates: 0.2, shuffleMs: 300, batchSize, batchWaitMs });
  }

  private act(thread: Thread): void {
    const total = Object.values(this.actions).reduce((sum, { weight }) => sum + weight, 0);
    let drawn = thread.random.below(total);
    for (const { weight, act } of Object.values(this.actions)) {
      drawn -= weight;
      if (drawn >= 0) continue;
      if (!act(thread)) this.sayText(thread);
      return;
    }
  }

  private whatPeopleDo(): Record<string, Action> {
    const own = (thread: Thread): Note | undefined => {
      const candidates = thread.notes.filter(({ message }) => message?.text && !message.unsent);
      return candidates.length > 0 ? candidates[thread.random.below(candidates.length)] : undefined;
    };
    return {
      text: { weight: 55, act: (thread) => Boolean(this.sayText(thread)) },
      picture: { weight: 6, act: (thread) => this.sayPicture(thread) },
      postback: { weight: 6, act: (thread) => this.tap(thread, 'tapButton') },
      iceBreaker: { weight: 2, act: (thread) => this.tap(thread, 'tapIceBreaker') },
      quickReply: { weight: 5, act: (thread) => this.tap(thread, 'tapQuickReply') },
      story: { weight: 2, act: (thread) => this.replyToStory(thread) },
      like: { weight: 2, act: (thread) => this.like(thread) },
      reaction: { weight: 6, act: (thread) => this.react(thread) },
      read: { weight: 5, act: (thread) => this.markRead(thread) },
      edit: { weight: 4, act: (thread) => this.edit(thread, own(thread)) },
      unsend: { weight: 4, act: (thread) => this.unsend(thread, own(thread)) },
    };
  }

  private sayText(thread: Thread): Note {
    const mark = this.newMark();
    const happened = thread.phone.sendText(wordsOf(mark));
    return this.asked('text', mark, thread, happened);
  }

  private sayPicture(thread: Thread): boolean {
    const mark = this.newMark();
    const withWords = thread.random.chance(0.6);
    const happened = thread.phone.sendPicture(secretOf(mark), withWords ? wordsOf(mark) : undefined);
    this.asked(withWords ? 'picture with words' : 'picture', mark, thread, happened, withWords);
    return true;
  }

  private tap(thread: Thread, how: 'tapButton' | 'tapIceBreaker' | 'tapQuickReply'): boolean {
    if (!thread.phone[how]) return false;
    const mark = this.newMark();
    const happened = thread.phone[how](`About ${mark}`, wordsOf(mark));
    this.asked(how, mark, thread, happened);
    return true;
  }

  private replyToStory(thread: Thread): boolean {
    if (!thread.phone.replyToStory) return false;
    const mark = this.newMark();
    this.asked('story reply', mark, thread, thread.phone.replyToStory(wordsOf(mark)));
    return true;
  }

  private like({ phone }: Thread): boolean {
    return phone.sendLike !== undefined && this.note('like', phone.sendLike());
  }

  private react(thread: Thread): boolean {
    // Of an ice breaker Meta never told a mid, so nothing can be said about it.
    const iceBreakers = new Set(thread.notes.filter(({ mid }) => mid === undefined).map(({ message }) => message));
    const { phone } = thread;
    const messages = phone.messages().filter((message) => !message.unsent && !iceBreakers.has(message));
    const message = messages[thread.random.below(Math.max(1, messages.length))];
    if (!message) return false;
    const mine = message.emoji !== undefined;
    if (mine && !phone.unreact) return false;
    if (mine && thread.random.chance(0.5)) return this.note('unreact', phone.unreact?.(message.mid) as Happened);
    const emoji = ['❤️', '😮', '👍'][thread.random.below(3)] as string;
    return this.note('reaction', phone.react(message.mid, emoji));
  }

  private markRead(thread: Thread): boolean {
    const happened = thread.phone.markRead();
    return happened !== null && this.note('read', happened);
  }

  private edit(thread: Thread, note: Note | undefined): boolean {
    if (!note?.mid || note.kind !== 'text') return false;
    const happened = thread.phone.edit(note.mid, `${wordsOf(note.mark)} (put better)`);
    return this.note('edit', happened);
  }

  private unsend(thread: Thread, note: Note | undefined): boolean {
    return note?.mid !== undefined && this.note('unsend', thread.phone.unsend(note.mid));
  }

  private asked(kind: string, mark: string, thread: Thread, happened: Happened, named = true): Note {
    const message = thread.phone.messages().at(-1);
    const mid = happened.mid ?? undefined;
    const note: Note = { mark, mid, message, thread, kind, at: message?.at ?? Date.now(), named };
    thread.notes.push(note);
    this.notes.push(note);
    this.note(kind, happened);
    return note;
  }

  private note(kind: string, happened: Happened): true {
    this.happened.push(happened);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.done++;
    return true;
  }

  private newMark(): string {
    return `n${String(this.notes.length + 1).padStart(6, '0')}`;
  }

  private newThread(name: string, withPerson: boolean): Thread {
    const n = this.threads.length;
    const account = this.stack.accounts[n % this.stack.accounts.length] as Thread['account'];
    const customer = this.stack.local.sandbox.createCustomer({ username: `${name}.${n}`, name: `Person ${n}` });
    const random = new Random(this.options.seed * 10_007 + n);
    return { phone: account.phoneOf(customer), account, withPerson, notes: [], random, bursts: 0 };
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)] as T;
  }
}

/** Never said by anything but the message itself: it must be nowhere once the message is taken back. */
export const secretOf = (mark: string): string => `whisper${mark.slice(1)}`;

function wordsOf(mark: string): string {
  return `Hello, this is ${mark}: ${secretOf(mark)}`;
}
