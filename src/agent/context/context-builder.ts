import type { AccountSummary, AgentSettings } from '../../accounts/index.js';
import type { AppConfig } from '../../config/index.js';
import type { Conversation } from '../../conversations/index.js';
import type { Dm } from '../../dms/index.js';
import {
  clip,
  describeInbound,
  describeOutbound,
  isFromCustomer,
  isPartOfHistory,
  timeOf,
  type DescribeOptions,
  type MessageData,
} from './describe-dm.js';
import { estimateTokens } from './estimate-tokens.js';
import { maxPictures, mayShowPicture } from './pictures.js';
import type { ModelMessage, ModelPart } from '../model/agent-model.port.js';
import type { KnowledgePassage } from '../knowledge/knowledge-index.js';
import { systemPrompt } from './system-prompt.js';

/** Tokens of history and open messages together; beyond, the oldest are left out. */
export const contextTokenBudget = 8_000;
/** What a provider charges for a picture, about. */
const pictureTokens = 800;
const messageOverheadTokens = 6;

export interface ContextInput {
  account: Pick<AccountSummary, 'username' | 'name'>;
  settings: AgentSettings;
  conversation: Pick<Conversation, 'participant_name' | 'participant_username' | 'referral'>;
  /** The conversation's messages, newest first, as the store gives them; may hold the open ones too. */
  history: readonly Dm[];
  /** What is to be answered, oldest first. */
  open: readonly Dm[];
  transcripts?: ReadonlyMap<string, string>;
  /** What the shop says that may bear on it. */
  passages?: readonly Pick<KnowledgePassage, 'title' | 'heading' | 'text'>[];
  /** Tools that are offered beside it. */
  tools?: {
    /** What was passed on before, the latest first. */
    before: readonly { tool: string; arguments: object; state: string; answer?: unknown }[];
  };
  /** Which hosts pictures may lie on. */
  media: Pick<AppConfig, 'MEDIA_EXTRA_HOSTS' | 'isProduction'>;
  now: Date;
  tokenBudget?: number;
}

export interface ModelContext {
  messages: ModelMessage[];
  /** What the call's input will cost, rather too much than too little. */
  estimatedTokens: number;
  pictureCount: number;
}

/**
 * What the model reads: our rules and the account's instructions as the system, everything from outside as JSON data
 * in user messages, the agent's earlier words as the assistant's, a colleague's marked as theirs. Of one conversation only; nothing that was taken back.
 */
export function buildContext(input: ContextInput): ModelContext {
  const { passages = [], tools } = input;
  const has = { knowledge: passages.length > 0, tools: tools !== undefined };
  const system = systemPrompt(input.account, input.settings, input.now, has);
  const openIds = new Set(input.open.map(({ _id }) => _id));
  const past = input.history
    .filter((dm) => !openIds.has(dm._id) && isPartOfHistory(dm))
    .slice(0, input.settings.history);
  const options: DescribeOptions = {
    textByMid: new Map(past.flatMap((dm) => (dm.message_id && dm.text ? [[dm.message_id, dm.text]] : []))),
    transcripts: input.transcripts ?? new Map<string, string>(),
  };
  let left = input.tokenBudget ?? contextTokenBudget;
  const open = newestThatFit([...input.open].reverse(), (dm) => openMessage(dm, dm === input.open[0], input, options));
  const earlier = newestThatFit(past, (dm) => pastMessage(dm, options));

  function newestThatFit(newestFirst: readonly Dm[], render: (dm: Dm) => ModelMessage | undefined) {
    const kept: ModelMessage[] = [];
    for (const dm of newestFirst) {
      const message = render(dm);
      if (!message) continue;
      left -= tokensOf(message);
      if (left < 0 && kept.length > 0) break;
      kept.unshift(message);
    }
    return kept;
  }

  const messages = withPicturesCapped([
    { role: 'system', content: system },
    ...knowledgeMessage(passages),
    ...earlier,
    ...actionsMessage(tools?.before ?? []),
    ...open,
  ]);
  return {
    messages,
    estimatedTokens: messages.reduce((sum, message) => sum + tokensOf(message), 0),
    pictureCount: messages.reduce((sum, message) => sum + picturesIn(message), 0),
  };
}

/** What the shop says, as data like everything from outside, and before the talk, so that a provider keeps it. */
function knowledgeMessage(passages: NonNullable<ContextInput['passages']>): ModelMessage[] {
  if (passages.length === 0) return [];
  const knowledge = passages.map(({ title, heading, text }, place) => ({
    ...{ id: passageName(place), title: heading ?? title, text },
  }));
  return [{ role: 'user', content: JSON.stringify({ knowledge }) }];
}

/** What the agent passed on before, and how far it is: else it would say so again, or that it is done. */
function actionsMessage(before: NonNullable<ContextInput['tools']>['before']): ModelMessage[] {
  if (before.length === 0) return [];
  const actions = before.toReversed().map(({ tool, arguments: args, state, answer }) => ({
    ...{ tool, arguments: args, state },
    ...(answer === undefined ? {} : { answer }),
  }));
  return [{ role: 'user', content: JSON.stringify({ actions }) }];
}

/** What the model calls a passage that it is shown; its own id is long, and names a document. */
export function passageName(place: number): string {
  return `k${place + 1}`;
}

function openMessage(dm: Dm, first: boolean, input: ContextInput, options: DescribeOptions): ModelMessage {
  const data = describeInbound(dm, options);
  const json = JSON.stringify(first ? { customer: aboutCustomer(input.conversation), ...data } : data);
  const urls = input.settings.see_pictures
    ? dm.attachments.flatMap(({ type, url }) =>
        type === 'image' && url && mayShowPicture(url, input.media) ? [url] : [],
      )
    : [];
  if (urls.length === 0) return { role: 'user', content: json };
  const pictures = urls.map((url): ModelPart => ({ type: 'image_url', image_url: { url } }));
  return { role: 'user', content: [{ type: 'text', text: json }, ...pictures] };
}

function pastMessage(dm: Dm, options: DescribeOptions): ModelMessage | undefined {
  if (isFromCustomer(dm)) return { role: 'user', content: JSON.stringify(describeInbound(dm, options)) };
  const content = describeOutbound(dm);
  if (content === undefined) return undefined;
  // What an app sent by itself tells nothing that a person said.
  if (dm.source === 'agent' || dm.is_automatic) return { role: 'assistant', content };
  return { role: 'user', content: JSON.stringify({ colleague: { at: timeOf(dm), text: content } }) };
}

function aboutCustomer({
  participant_name: name,
  participant_username: username,
  referral,
}: ContextInput['conversation']) {
  const about: MessageData['customer'] = {
    ...(name ? { name: clip(name, 100) } : {}),
    ...(username ? { username: clip(username, 60) } : {}),
    ...(referral ? { came_from: clip(JSON.stringify(referral), 500) } : {}),
  };
  return Object.keys(about).length > 0 ? about : undefined;
}

/** The newest pictures stay. */
function withPicturesCapped(messages: ModelMessage[]): ModelMessage[] {
  let left = maxPictures;
  return messages
    .toReversed()
    .map((message): ModelMessage => {
      if (message.role !== 'user' || !Array.isArray(message.content)) return message;
      const content = message.content.filter((part) => part.type !== 'image_url' || left-- > 0);
      return { ...message, content };
    })
    .toReversed();
}

/** The same messages without their pictures, for a model or a provider that can't open them. */
export function withoutPictures(messages: ModelMessage[]): ModelMessage[] {
  return messages.map((message) => {
    if (message.role !== 'user' || !Array.isArray(message.content)) return message;
    const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
    return { ...message, content: text };
  });
}

function picturesIn({ content }: ModelMessage): number {
  return Array.isArray(content) ? content.filter((part) => part.type === 'image_url').length : 0;
}

function tokensOf(message: ModelMessage): number {
  const { content } = message;
  if (typeof content === 'string') return messageOverheadTokens + estimateTokens(content);
  const texts = (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
  return messageOverheadTokens + estimateTokens(texts) + picturesIn(message) * pictureTokens;
}
