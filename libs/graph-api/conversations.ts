import { nodeOf, type GraphAccess, type GraphCallOptions } from './access.js';
import type { GraphCaller } from './caller.js';
import { GraphApiError, type GraphRoute } from './errors.js';
import type { GraphHosts } from './hosts.js';
import { toId, toMillis } from './json.js';
import { itemsIn, nextCursor, type GraphPage } from './paging.js';
import { objectIn, textOf, withoutHoles } from './fields.js';
import { isObject, type JsonObject } from './read-answer.js';

/** Somebody in a conversation. */
export interface GraphParticipant {
  id: string;
  username?: string;
}

export interface GraphConversation {
  id: string;
  /** ms */
  updatedAt?: number;
  /** The account itself and the person. */
  participants: GraphParticipant[];
}

export interface GraphAttachment {
  type: 'image' | 'video' | 'audio' | 'file' | 'share' | 'story_mention';
  url?: string;
  mimeType?: string;
  name?: string;
}

/** A message as the Graph API tells it. Of all but a conversation's 20 newest it tells only id and time. */
export interface GraphMessage {
  id: string;
  /** ms, whole seconds */
  createdAt?: number;
  from?: GraphParticipant;
  to: GraphParticipant[];
  text?: string;
  /** With what is shared, and the story that mentions the account. */
  attachments: GraphAttachment[];
  /** The message or the story that it answers. */
  replyTo?: { mid?: string; story?: { id?: string; url?: string } };
  /** Those that stand now; Meta does not tell when they were made. */
  reactions: GraphReaction[];
  isUnsupported?: boolean;
  raw: unknown;
}

export interface GraphReaction {
  from: GraphParticipant;
  /** Meta's name of it: `love`, `other`. */
  reaction?: string;
  emoji?: string;
}

export interface PageOptions extends GraphCallOptions {
  /** Whose conversations a Page is asked for. Left out: Instagram's. */
  platform?: 'instagram' | 'messenger';
  limit?: number;
  /** `after` of the page before. */
  after?: string;
}

const conversationFields = 'id,updated_time,participants';
const messageFields = ['id', 'created_time', 'from', 'to', 'message', 'attachments', 'is_unsupported'];
/** Not every version and login knows them: what Meta refuses is left out. */
const extraFields = ['shares', 'story', 'reply_to', 'reactions'];

/** The Conversations API: what Meta itself has of a conversation. Two calls a second an account, says Meta. */
export class ConversationsArea {
  /** Fields that a login's host does not know. */
  private readonly refused = new Set<string>();

  constructor(
    private readonly caller: GraphCaller,
    private readonly hosts: GraphHosts,
  ) {}

  async conversations(
    access: GraphAccess,
    { limit, after, userId, platform = 'instagram', ...options }: PageOptions & { userId?: string } = {},
  ): Promise<GraphPage<GraphConversation>> {
    const query = { platform, user_id: userId, fields: conversationFields, ...pageQuery(limit, after) };
    const body = await this.get(access, 'conversations', [nodeOf(access), 'conversations'], query, options);
    return pageOf(body, conversationOf);
  }

  async messages(
    access: GraphAccess,
    conversationId: string,
    { limit, after, ...options }: PageOptions = {},
  ): Promise<GraphPage<GraphMessage>> {
    const body = await this.withKnownFields(access, (fields) =>
      this.get(access, 'messages', [conversationId, 'messages'], { fields, ...pageQuery(limit, after) }, options),
    );
    // As an edge the list is the answer, as a field of the conversation it is inside.
    return pageOf(isObject(body.messages) ? body.messages : body, messageOf);
  }

  async message(access: GraphAccess, messageId: string, options: GraphCallOptions = {}): Promise<GraphMessage> {
    const body = await this.withKnownFields(access, (fields) =>
      this.get(access, 'message', [messageId], { fields }, options),
    );
    return messageOf(body) ?? { id: messageId, to: [], attachments: [], reactions: [], raw: body };
  }

  /** Asks again without a field that Meta says there is none of, and from then on without it. */
  private async withKnownFields(
    { login }: GraphAccess,
    ask: (fields: string) => Promise<JsonObject>,
  ): Promise<JsonObject> {
    for (;;) {
      const extra = extraFields.filter((field) => !this.refused.has(`${login} ${field}`));
      try {
        return await ask([...messageFields, ...extra].join(','));
      } catch (error) {
        const unknown = extra.filter((field) => isUnknownField(error, field));
        if (unknown.length === 0) throw error;
        for (const field of unknown) this.refused.add(`${login} ${field}`);
      }
    }
  }

  private async get(
    { login, accessToken, igId }: GraphAccess,
    name: string,
    path: string[],
    query: Record<string, string | undefined>,
    options: GraphCallOptions,
  ): Promise<JsonObject> {
    const route: GraphRoute = { host: login, route: name, method: 'GET' };
    const url = this.hosts.graph(login, ...path);
    const answer = await this.caller.call({ ...route, url, query, accessToken, igId }, options);
    return objectIn(answer, route, { unwrapList: false });
  }
}

function pageQuery(limit: number | undefined, after: string | undefined): Record<string, string | undefined> {
  return { limit: limit === undefined ? undefined : String(limit), after };
}

function pageOf<T>(body: JsonObject, read: (item: JsonObject) => T | undefined): GraphPage<T> {
  const items = itemsIn(body)
    .map(read)
    .filter((item) => item !== undefined);
  const isPartial = !Array.isArray(body.data) || items.length < body.data.length ? true : undefined;
  return withoutHoles<GraphPage<T>>({ items, after: nextCursor(body), isPartial });
}

function conversationOf(item: JsonObject): GraphConversation | undefined {
  const id = toId(item.id);
  if (id === undefined) return undefined;
  return withoutHoles<GraphConversation>({
    id,
    updatedAt: toMillis(item.updated_time),
    participants: participantsIn(item.participants),
  });
}

function messageOf(item: JsonObject): GraphMessage | undefined {
  const id = toId(item.id);
  if (id === undefined) return undefined;
  return withoutHoles<GraphMessage>({
    id,
    createdAt: toMillis(item.created_time),
    from: participantOf(item.from),
    to: participantsIn(item.to),
    text: textOf(item.message),
    attachments: [
      ...(isObject(item.attachments) ? itemsIn(item.attachments).map(attachmentOf) : []),
      ...sharedIn(item.shares),
      ...mentionIn(item.story),
    ],
    replyTo: replyToOf(item),
    reactions: isObject(item.reactions) ? itemsIn(item.reactions).flatMap(reactionsIn) : [],
    isUnsupported: typeof item.is_unsupported === 'boolean' ? item.is_unsupported : undefined,
    raw: item,
  });
}

function participantsIn(value: unknown): GraphParticipant[] {
  const items = isObject(value) ? itemsIn(value) : [];
  return items.map(participantOf).filter((participant) => participant !== undefined);
}

function participantOf(value: unknown): GraphParticipant | undefined {
  const id = isObject(value) ? toId(value.id) : undefined;
  if (id === undefined || !isObject(value)) return undefined;
  return withoutHoles<GraphParticipant>({ id, username: textOf(value.username) });
}

function isUnknownField(error: unknown, field: string): boolean {
  return error instanceof GraphApiError && error.code === 100 && new RegExp(`\\b${field}\\b`).test(error.message);
}

function sharedIn(shares: unknown): GraphAttachment[] {
  const items = isObject(shares) ? itemsIn(shares) : [];
  return items.map((item) =>
    withoutHoles<GraphAttachment>({
      type: 'share',
      url: textOf(item.link) ?? textOf(item.url),
      name: textOf(item.name),
    }),
  );
}

function mentionIn(story: unknown): GraphAttachment[] {
  const mention = isObject(story) ? story.mention : undefined;
  return isObject(mention) ? [withoutHoles<GraphAttachment>({ type: 'story_mention', url: textOf(mention.link) })] : [];
}

/** Of one kind, by all who chose it. */
function reactionsIn({ reaction, emoji, users }: JsonObject): GraphReaction[] {
  const people = Array.isArray(users) ? users : isObject(users) ? itemsIn(users) : [];
  return people
    .map(participantOf)
    .filter((from) => from !== undefined)
    .map((from) => withoutHoles<GraphReaction>({ from, reaction: textOf(reaction), emoji: textOf(emoji) }));
}

function replyToOf({ reply_to: replyTo, story }: JsonObject): GraphMessage['replyTo'] {
  const mid = isObject(replyTo) ? (toId(replyTo.mid) ?? toId(replyTo.id)) : undefined;
  const answered = isObject(story) ? story.reply_to : undefined;
  if (mid === undefined && !isObject(answered)) return undefined;
  return withoutHoles<NonNullable<GraphMessage['replyTo']>>({
    mid,
    story: isObject(answered) ? withoutHoles({ id: toId(answered.id), url: textOf(answered.link) }) : undefined,
  });
}

/** Pictures and videos have a form of their own, everything else is a file with a MIME type. */
function attachmentOf(item: JsonObject): GraphAttachment {
  const { image_data: image, video_data: video } = item;
  const mimeType = textOf(item.mime_type);
  const kind = /^(image|video|audio)\//.exec(mimeType ?? '')?.[1] as GraphAttachment['type'] | undefined;
  const data = isObject(image) ? image : isObject(video) ? video : undefined;
  return withoutHoles<GraphAttachment>({
    type: isObject(image) ? 'image' : isObject(video) ? 'video' : (kind ?? 'file'),
    url: textOf(data?.url) ?? textOf(item.file_url),
    mimeType,
    name: textOf(item.name),
  });
}
