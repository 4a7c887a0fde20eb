import type { AppConfig, ReasoningEffort } from '../../config/index.js';
import type { Hours } from './hours.js';
import type { LimitedSetting } from './operator-limits.js';

/**
 * What becomes of a question that the agent has no answer to that may be sent.
 * - `hand_over`: a person has to go on, and the customer is told so
 * - `say_so`: the customer is told that there is no answer
 * - `silence`: nothing but `fallback_text`, where there is one
 */
export const unansweredChoices = ['hand_over', 'say_so', 'silence'] as const;
export type WhenUnanswered = (typeof unansweredChoices)[number];

/**
 * - `off`: it does nothing
 * - `draft`: what it finds is suggested to a person, who sends it or not
 * - `auto`: it answers
 */
export const agentModes = ['off', 'draft', 'auto'] as const;
export type AgentMode = (typeof agentModes)[number];

/** How the AI agent answers for one account. */
export interface AgentSettings {
  /** Off for a new account unless connecting said otherwise. */
  enabled: boolean;
  /** `off` where it is not enabled. */
  agent_mode: AgentMode;
  /** Of a hundred conversations so many are answered in `auto`; in the others it is suggested. */
  auto_share: number;
  instructions: string;
  model: string;
  /** Models that reason take none, and are not sent it. */
  temperature: number;
  /** How long the model may think before it writes. */
  reasoning_effort: ReasoningEffort;
  /** Of the answer itself; what a model thinks has its own room. */
  max_output_tokens: number;
  /** Longer answers are cut after so many messages. */
  max_reply_parts: number;
  /** The business's clock: an IANA name, such as Europe/Berlin. */
  timezone: string;
  /** When the shop is open. */
  opening_hours?: Hours;
  /** When somebody is there to take a conversation over; while the shop is open where nobody said. */
  people_hours?: Hours;
  /** How many of the conversation's messages the model sees. */
  history: number;
  /** Wait this long after the customer's last message, so that a burst gets one answer. */
  quiet_ms: number;
  /** The agent stays silent this long after a person answered. */
  pause_after_human_minutes: number;
  when_unanswered: WhenUnanswered;
  /** Told to the customer where there is no answer, in the place of our own words in their language. */
  fallback_text?: string;
  /** Greetings and instant replies set up in the Instagram app: an echo of one is no person, so the agent stays. */
  automatic_texts: string[];
  see_pictures: boolean;
  transcribe_voice: boolean;
  /** Hosts the agent may link to (`*.` covers subdomains); an answer with a link elsewhere is withheld. */
  allowed_links: string[];
  /** Model tokens (in and out) a day for the whole account; then the agent falls silent and hands over. */
  daily_token_budget: number;
  /** US dollars that the model may cost a day (of UTC); then a person gets the conversations. */
  daily_budget?: number;
  /** The same a month. */
  monthly_budget?: number;
  replies_per_conversation_hour: number;
  /** A message that asks with one of these goes to a person without asking the model. */
  hand_over_phrases: string[];
  /** Told to a customer who asked for a person; without it the model's own sentence, or ours. */
  hand_over_text?: string;
  /** What the operator of the server does not allow, and what holds instead. */
  limited: LimitedSetting[];
}

/** What can be configured. */
export type AgentSettingsPatch = Partial<Omit<AgentSettings, 'limited'>>;

/** What an account has that nobody configured. */
export function defaultAgentSettings(
  config: Pick<AppConfig, 'OPENAI_MODEL' | 'OPENAI_REASONING_EFFORT' | 'AGENT_HISTORY' | 'AGENT_QUIET_MS'>,
): Omit<AgentSettings, 'limited'> {
  return {
    enabled: false,
    agent_mode: 'auto',
    auto_share: 100,
    instructions:
      'You answer customers of this business on Instagram. Be friendly, brief and factual. ' +
      'When you do not know something, say so and offer that a person will answer.',
    model: config.OPENAI_MODEL,
    temperature: 0.4,
    reasoning_effort: config.OPENAI_REASONING_EFFORT,
    max_output_tokens: 600,
    max_reply_parts: 4,
    timezone: 'UTC',
    history: config.AGENT_HISTORY,
    quiet_ms: config.AGENT_QUIET_MS,
    pause_after_human_minutes: 60,
    when_unanswered: 'hand_over',
    automatic_texts: [],
    see_pictures: true,
    transcribe_voice: false,
    allowed_links: [],
    daily_token_budget: 1_000_000,
    replies_per_conversation_hour: 30,
    hand_over_phrases: [
      ...['a human', 'a real person', 'real human', 'talk to human', 'speak to someone', 'talk to someone'],
      ...['talk to a person', 'speak to a person', 'customer service', 'live agent'],
      ...['mit einem menschen', 'echten menschen', 'mit einem mitarbeiter', 'mit jemandem sprechen'],
      ...['hablar con una persona', 'con un humano', 'con un agente', 'hablar con alguien'],
      ...['parler à une personne', 'parler à quelqu’un', 'un humain', 'un conseiller'],
      ...['parlare con una persona', 'parlare con qualcuno', 'un operatore'],
      ...['falar com uma pessoa', 'falar com alguém', 'um atendente'],
      ...['met een mens', 'met een medewerker', 'z człowiekiem', 'z konsultantem'],
      ...['gerçek bir kişi', 'bir insanla', 'müşteri temsilcisi', 'موظف', 'شخص حقيقي', 'נציג', 'с человеком'],
      ...['оператор', 'оператора', 'оператором', '人工客服', '转人工', '担当者', 'オペレーター', '상담원', 'اپراتور'],
    ],
  };
}
