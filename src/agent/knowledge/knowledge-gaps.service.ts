import { Injectable } from '@nestjs/common';
import { AccountsService } from '../../accounts/index.js';
import type { TenantScope } from '../../auth/index.js';
import { DmsRepository, type Dm } from '../../dms/index.js';
import { AgentRunsRepository, type UnknownAsked } from '../runs/agent-runs.repository.js';
import { comparable } from '../text/comparable.js';
import type { KnowledgeGapView } from './knowledge-gaps.dto.js';

const mostGaps = 20;
/** Who asked for the same and has an answer is looked for among the latest. */
const lookedAtOfTopic = 3;
/** Messages behind a question among which its answer is. */
const lookedAtBehind = 20;
/** What is written later answers something else. */
const answeredWithinMs = 3 * 86_400_000;

/**
 * What the knowledge lacks: questions that the agent could not answer, beside what a person then wrote. An owner makes
 * an entry of it, or does not: nothing is taken over by itself, and nothing that the agent wrote is offered.
 */
@Injectable()
export class KnowledgeGapsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly runs: AgentRunsRepository,
    private readonly dms: DmsRepository,
  ) {}

  /** @throws {NotFoundError} no such account, or another tenant's */
  async of(scope: TenantScope, accountId: string): Promise<KnowledgeGapView[]> {
    const account = await this.accounts.getOwned(scope, accountId);
    const gaps: KnowledgeGapView[] = [];
    for (const asked of byTopic(await this.runs.unknownAsked(account._id))) {
      const gap = gaps.length < mostGaps ? await this.gapOf(asked) : undefined;
      if (gap) gaps.push(gap);
    }
    return gaps;
  }

  /** @param asked for one topic, the latest first */
  private async gapOf(asked: readonly UnknownAsked[]): Promise<KnowledgeGapView | undefined> {
    for (const { conversation_id: conversationId, answered_ids: ids, missing, at } of asked.slice(0, lookedAtOfTopic)) {
      const found = await Promise.all(ids.map((id) => this.dms.findIn(conversationId, id)));
      const open = found.filter((dm) => dm !== null && !dm.is_deleted && !dm.unsent) as Dm[];
      const last = open.at(-1);
      const question = open.flatMap(({ text }) => text ?? []).join('\n');
      if (!last || question === '') continue;
      const behind = await this.dms.history(conversationId, {
        after: { timestamp: last.timestamp, id: last._id },
        limit: lookedAtBehind,
      });
      const answer = behind.find((dm) => dm.timestamp <= last.timestamp + answeredWithinMs && isPersons(dm));
      if (answer?.text === undefined) continue;
      return {
        ...{ topic: missing, count: asked.length, question, answer: answer.text },
        ...{ answer_dm_id: answer._id, asked_at: at },
      };
    }
    return undefined;
  }
}

/** The most frequent first. */
function byTopic(asked: readonly UnknownAsked[]): UnknownAsked[][] {
  const topics = new Map<string, UnknownAsked[]>();
  for (const one of asked) {
    const topic = comparable(one.missing);
    topics.set(topic, [...(topics.get(topic) ?? []), one]);
  }
  return [...topics.values()].sort((a, b) => b.length - a.length);
}

/** Written by hand, here or in the channel's own app, and received. */
function isPersons(dm: Dm): boolean {
  const isOurs = dm.direction === 'outbound' && dm.source !== 'agent' && !dm.is_automatic;
  return isOurs && dm.text !== undefined && !dm.unsent && dm.status !== 'failed';
}
