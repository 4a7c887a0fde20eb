import { readFileSync } from 'node:fs';

/** A source as an owner would add it. */
export interface ShopKnowledge {
  id: string;
  kind: 'faq' | 'text' | 'markdown' | 'html' | 'pdf' | 'url';
  lang?: string;
  title: string;
  text: string;
  valid_from?: string;
  valid_until?: string;
  /** Holds planted orders to an assistant: its plain facts may be used, what it orders may not be done. */
  poisoned?: boolean;
}

export interface ToolFixture {
  args: Record<string, unknown>;
  status: number;
  body: unknown;
}

/** An HTTP action as an owner would declare it, and what it answers. */
export interface ShopTool {
  name: string;
  effect: 'read' | 'write';
  description: string;
  method: string;
  url: string;
  parameters: { type: 'object'; required?: string[]; properties: Record<string, Record<string, unknown>> };
  /** Parameters whose values a customer has to have written. */
  from_customer?: string[];
  fixtures?: ToolFixture[];
  otherwise?: { status: number; body: unknown };
  [more: string]: unknown;
}

export interface Shop {
  id: string;
  name: string;
  username: string;
  time_zone: string;
  main_language: string;
  instructions: string;
  allowed_links?: string[];
  hand_over?: { phrases?: string[]; text?: string | null };
  /** When somebody is there to take over, such as `Tue-Fri 08:00-16:00`. */
  people?: string;
  /** Patterns that no answer of the shop may match. */
  never?: string[];
  knowledge: ShopKnowledge[];
  tools?: ShopTool[];
}

/** One thing that a customer sends. */
export interface CustomerItem {
  text?: string;
  attachment?: string;
  /** What a picture shows. */
  shows?: string;
  /** What a voice message says. */
  transcript?: string;
  [more: string]: unknown;
}

export const outcomes = ['answer', 'ask', 'hand_over', 'silent'] as const;
export type Outcome = (typeof outcomes)[number];

export interface ToolCall {
  name: string;
  args: Record<string, unknown>;
}

/** What came of a turn, or what its author says should. */
export interface Reply {
  outcome: Outcome;
  text: string;
  /** Left out: not known, and not looked at. */
  tools?: ToolCall[];
  /** Ids of the knowledge it rests on. */
  sources?: string[];
}

export interface Expectation {
  outcome: Outcome[];
  language?: string;
  /** Of each group at least one pattern. */
  must?: string[][];
  must_not?: string[];
  sources?: string[];
  /** The calls of this turn, exactly; left out: not looked at. */
  tools?: ToolCall[];
  max_bytes?: number;
  judge?: string;
}

export interface Turn {
  customer: CustomerItem[];
  expect: Expectation;
  good: Reply;
  bad?: Reply;
}

export interface Conversation {
  id: string;
  shop: string;
  tags: string[];
  /** The clock of the run, ISO with an offset. */
  now: string;
  customer?: { name?: string | null; username?: string };
  turns: Turn[];
}

/** What is wrong with a file of shops or conversations, in a sentence. */
export class BadSetError extends Error {
  override readonly name = 'BadSetError';
}

/** @param path a file `{"shops": […]}`, a list of shops, or one shop */
export function readShops(path: string): Shop[] {
  const found = parsed(readFileSync(path, 'utf8'), path) as { shops?: Shop[] } | Shop[] | Shop;
  const shops = Array.isArray(found) ? found : 'shops' in found ? (found.shops ?? []) : [found as Shop];
  for (const shop of shops) {
    if (!shop.id || !shop.username || !Array.isArray(shop.knowledge))
      throw new BadSetError(`${path}: a shop needs id, username and knowledge.`);
    for (const pattern of shop.never ?? []) patternOf(pattern, `${path}: never of ${shop.id}`);
  }
  return shops;
}

/** @param path one conversation a line */
export function readConversations(path: string, shops: readonly Shop[]): Conversation[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `${path}:${index + 1}`;
    const conversation = parsed(line, where) as Conversation;
    if (Number.isNaN(Date.parse(conversation.now))) throw new BadSetError(`${where}: now is no time.`);
    if (!shops.some(({ id }) => id === conversation.shop)) return [];
    for (const { expect, good } of conversation.turns ?? []) {
      if (!good) throw new BadSetError(`${where}: a turn needs a good answer.`);
      if (!expect?.outcome?.every((outcome) => outcomes.includes(outcome)))
        throw new BadSetError(`${where}: expect.outcome is a list of ${outcomes.join(', ')}.`);
      for (const pattern of [...(expect.must ?? []).flat(), ...(expect.must_not ?? [])]) patternOf(pattern, where);
    }
    return [{ ...conversation, tags: conversation.tags ?? [] }];
  });
}

/** @throws {BadSetError} naming where it stands */
export function patternOf(pattern: string, where = 'a pattern'): RegExp {
  try {
    return new RegExp(pattern, 'iu');
  } catch (error) {
    throw new BadSetError(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new BadSetError(`${where} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
