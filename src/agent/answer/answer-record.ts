import type { KnowledgePassage } from '../knowledge/knowledge-index.js';
import type { ModelUsage } from '../model/agent-model.port.js';
import type { ModelFailure } from '../model/model-errors.js';
import type { WithheldReason } from '../gate/output-gate.js';
import type { ToolCallNote } from '../tools/tool-round.js';
import type { ReadAnswer } from './agent-answer.js';

/** A call of the model on the way to an answer. */
export interface ModelCallRecord extends ModelUsage {
  model: string;
  latencyMs: number;
  /** Why it gave nothing. */
  failure?: ModelFailure | 'aborted';
  toolCalls: number;
}

/** A check that a reply of the model's did not pass. */
export interface FailedCheck {
  /** Which of its replies, from 1. */
  reply: number;
  reason: WithheldReason;
  /** What stands nowhere. */
  figures?: string[];
}

/** How an answer came about: all that is needed to tell why it says what it says. Its texts are the customer's and the shop's. */
export interface AnswerRecord {
  /** Of our own rules; an answer of another version may not be compared. */
  promptVersion: string;
  /** Named by the settings; the calls name what answered. */
  model: string;
  startedAt: Date;
  tookMs: number;
  /** `whole`: all that the account has; `found`: what was searched for. */
  knowledge: 'none' | 'whole' | 'found';
  passagesShown: Pick<KnowledgePassage, 'id' | 'document_id' | 'title' | 'heading'>[];
  /** Those of them that the answer names. */
  sourcesUsed: string[];
  /** The model's last answer, as it was read. */
  answer?: ReadAnswer;
  /** What the model wanted called, in its order. */
  toolCalls: readonly ToolCallNote[];
  failedChecks: FailedCheck[];
  calls: ModelCallRecord[];
  /** In and out, of all calls; estimated where a provider told none. */
  tokens: number;
}
