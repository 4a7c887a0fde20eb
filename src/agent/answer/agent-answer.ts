import type { ModelOutput, StrictSchema } from '../model/agent-model.port.js';

/**
 * - `answer`: it says what was asked, as far as it is known
 * - `ask`: it needs to know something first
 * - `hand_over`: a person has to take over; the text tells the customer so
 * - `silent`: nothing is to be said, as after a last "thanks"
 */
export const answerOutcomes = ['answer', 'ask', 'hand_over', 'silent'] as const;
export type AnswerOutcome = (typeof answerOutcomes)[number];

/** Why a person is needed. */
export const escalationReasons = [
  ...(['customer_request', 'missing_knowledge', 'not_allowed', 'complaint', 'distress'] as const),
  ...(['tool_failure', 'order_change'] as const),
] as const;
export type EscalationReason = (typeof escalationReasons)[number];

export const answerCovers = ['all', 'part', 'none'] as const;
export type AnswerCovers = (typeof answerCovers)[number];

export const figureOperators = ['+', '-', '*', '/', 'days_after'] as const;
export type FigureOperator = (typeof figureOperators)[number];

/** A number, price, date or time of the text, and where it is from. */
export interface AnswerFigure {
  /** As it stands in the text. */
  written: string;
  /** The id of the passage or tool call that holds it. */
  source: string | null;
  /** How it was reckoned: of numbers that stand somewhere, or of other figures. */
  calculation: { operator: FigureOperator; operands: string[] } | null;
}

/** What the model answers with, in one strict form. Nothing of it is believed before code has checked it. */
export interface AgentAnswer {
  outcome: AnswerOutcome;
  /** What the customer is told; empty where nothing is. */
  text: string;
  /** As an IETF tag, such as `de`. */
  language: string | null;
  /** Ids of the passages and tool calls that it rests on. */
  sources: string[];
  figures: AnswerFigure[];
  /** How much of what was asked it answers. */
  covers: AnswerCovers;
  /** What is not known, in a few words. */
  missing: string | null;
  reason: EscalationReason | null;
  /** For the person who takes over. */
  summary: string | null;
  /** What the customer may tap on instead of writing. */
  quick_replies: string[];
  /** The agent that should answer instead. */
  transfer_to: string | null;
}

/** As the model gave it. `prose`: in no form at all, so that nothing but its text is known. */
export interface ReadAnswer extends AgentAnswer {
  form: 'structured' | 'prose';
}

const nullable = (type: string, description: string): StrictSchema => ({ type: [type, 'null'], description });
const listOf = (items: StrictSchema, description: string): StrictSchema => ({ type: 'array', items, description });
const strictObject = (properties: Record<string, StrictSchema>): StrictSchema => ({
  ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
});

/** In this order the model writes: first what it knows it from, then what it says. */
export const answerOutput: ModelOutput = {
  name: 'reply',
  schema: strictObject({
    language: nullable('string', 'Language of the open messages, as de or en'),
    covers: { type: 'string', enum: answerCovers, description: 'How much of what was asked you know' },
    missing: nullable('string', 'What you do not know, in three words'),
    outcome: {
      ...{ type: 'string', enum: answerOutcomes },
      description:
        'answer; ask, to learn what you need; hand_over, to leave the conversation to a person; silent, only where nothing was asked and nothing is to be said',
    },
    reason: {
      ...{ type: ['string', 'null'], enum: [...escalationReasons, null] },
      description: 'Why a person is needed; null without hand_over',
    },
    sources: listOf({ type: 'string' }, 'Ids of the knowledge and of the tool calls that the text rests on'),
    figures: listOf(
      strictObject({
        written: { type: 'string', description: 'As it stands in the text' },
        source: nullable('string', 'Id of the knowledge or the tool call that holds it; null where reckoned or said'),
        calculation: {
          ...strictObject({
            operator: { type: 'string', enum: figureOperators },
            operands: listOf({ type: 'string' }, 'Numbers from sources, from the customer or of other figures'),
          }),
          type: ['object', 'null'],
          description: 'How it was reckoned, one step; name steps between as figures of their own',
        },
      }),
      'Every price, number, date, time and telephone number of the text',
    ),
    text: { type: 'string', description: 'What the customer is told; empty only where silent' },
    quick_replies: listOf({ type: 'string' }, 'At most three short answers to a question of yours, else empty'),
    summary: nullable('string', 'With hand_over: what the customer wants and what was said, two sentences'),
    transfer_to: nullable('string', 'null'),
  }),
};
