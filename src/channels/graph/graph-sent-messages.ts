import { isGraphError, type GraphClient, type GraphMessage } from '#libs/graph-api';
import type { ChannelAccess, ChannelSentMessages, Listing, ShownMessage } from '../outbound.port.js';
import { graphAccessOf } from './graph-access.js';

/** Of older messages Meta tells no more than that they exist. */
const shownMessages = 20;

/** Looks at Meta's conversation. A listing costs two calls. */
export class GraphSentMessages implements ChannelSentMessages {
  constructor(
    private readonly graph: GraphClient,
    private readonly platform: 'instagram' | 'messenger',
  ) {}

  async newest(access: ChannelAccess, participantId: string): Promise<Listing | undefined> {
    const graphAccess = graphAccessOf(access);
    return answered(async () => {
      const conversation = await this.graph.findConversation(graphAccess, participantId, { platform: this.platform });
      if (!conversation) return undefined;
      const page = await this.graph.getMessages(graphAccess, conversation.id, { limit: shownMessages });
      const messages = page.items.map((item) => shown(item, participantId));
      const isWhole = page.after === undefined && !page.isPartial && messages.length < shownMessages;
      return { messages, isWhole };
    });
  }

  async detailOf(access: ChannelAccess, mid: string, participantId: string): Promise<ShownMessage | undefined> {
    return answered(async () => shown(await this.graph.getMessage(graphAccessOf(access), mid), participantId));
  }
}

async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isGraphError(error)) return undefined;
    throw error;
  }
}

function shown({ id, from, text, attachments, createdAt }: GraphMessage, participantId: string): ShownMessage {
  return {
    mid: id,
    attachments,
    ...(from === undefined ? {} : { isOurs: from.id !== participantId }),
    ...(text === undefined ? {} : { text }),
    ...(createdAt === undefined ? {} : { timestamp: createdAt }),
  };
}
