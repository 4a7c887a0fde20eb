import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { AgentSettings } from '../../accounts/index.js';
import { dayIn } from '../context/local-time.js';
import { tokensOfPassage, type Found, type KnowledgePassage } from './knowledge-index.js';
import { KnowledgeSearchPort } from './knowledge-search.port.js';

/** Tokens of knowledge that stand whole in every prompt, where the provider keeps them; more is searched. */
export const wholeTokens = 12_000;
const foundTokens = 3_000;
const foundCount = 8;

/** What an answer may rest on. */
export interface KnowledgeContext {
  /** All there is; else what was found for the question. */
  whole: boolean;
  passages: KnowledgePassage[];
  /** Why, where it was searched. */
  found?: Found[];
}

/** Decides what of an account's knowledge the model is shown. */
@Injectable()
export class KnowledgeContextService {
  constructor(
    private readonly search: KnowledgeSearchPort,
    private readonly clock: Clock,
  ) {}

  /**
   * @param queries what the customer asks now, and the question before it: a pronoun alone finds nothing
   * @returns `undefined` when the account has no knowledge that holds today
   */
  async of(
    accountId: string,
    { timezone }: Pick<AgentSettings, 'timezone'>,
    queries: readonly string[],
  ): Promise<KnowledgeContext | undefined> {
    const day = dayIn(timezone, this.clock.date());
    const passages = await this.search.whole(accountId, day, wholeTokens);
    if (passages) return passages.length > 0 ? { whole: true, passages } : undefined;
    const found = await this.search.find({ accountId, day, queries, count: foundCount });
    let left = foundTokens;
    const shown = found.filter(({ passage }, place) => {
      left -= tokensOfPassage(passage);
      return left >= 0 || place === 0;
    });
    return { whole: false, passages: shown.map(({ passage }) => passage), found: shown };
  }
}
