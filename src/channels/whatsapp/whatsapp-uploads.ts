import { fileTypeFromBuffer } from 'file-type';
import { isObject, toId, type GraphClient } from '#libs/graph-api';
import { FetchRefusedError, safeFetch, type FetchPolicy } from '#libs/safe-fetch';
import { WHATSAPP_LIMITS } from '#libs/whatsapp-api';
import type { MediaType } from '../../kinds/index.js';
import type { ChannelAccess } from '../outbound.port.js';

/** What is larger is fetched by WhatsApp itself: a file is held in memory while it is passed on. */
const heldBytes = 20_000_000;
/** Both together within what a claimed send may take longer than its call. */
const fetchTimeoutMs = 6_000;
const uploadTimeoutMs = 8_000;

/** The file is none that WhatsApp takes. Its message is for people. */
export class UnfitFileError extends Error {
  override readonly name = 'UnfitFileError';
}

/**
 * Passes a file on to WhatsApp before it is sent, `POST /{phone-number-id}/media`: what WhatsApp thinks of it is known at
 * once then. Of a link it learns only later, and tells by a status.
 */
export class WhatsAppUploads {
  private readonly policy: Omit<FetchPolicy, 'maxBytes'>;

  constructor(
    private readonly graph: GraphClient,
    isLocal: boolean,
  ) {
    this.policy = { allowedHosts: ['*'], timeoutMs: fetchTimeoutMs, ...(isLocal ? { allowLocal: true } : {}) };
  }

  /**
   * @returns the id of the file at WhatsApp; `undefined` where it can't be had from here, so that WhatsApp has to fetch it
   * @throws {UnfitFileError} @throws {GraphError} WhatsApp did not take it, or did not answer
   */
  async upload(access: ChannelAccess, { type, url }: { type: MediaType; url: string }): Promise<string | undefined> {
    const file = await this.fetched(type, url);
    if (!file) return undefined;
    const { bytes } = file;
    const contentType = plainType((await fileTypeFromBuffer(bytes))?.mime ?? file.contentType);
    refuseUnfit(type, contentType);
    const { accessToken, externalId } = access;
    const asked = {
      ...({ method: 'POST', path: [externalId, 'media'], accountId: externalId } as const),
      upload: {
        fields: { messaging_product: 'whatsapp', type: contentType },
        file: { name: nameIn(url), contentType, bytes },
      },
    };
    const token = { login: 'facebook', accessToken } as const;
    const answer = await this.graph.request(token, 'whatsapp_upload', asked, { timeoutMs: uploadTimeoutMs });
    return isObject(answer) ? toId(answer.id) : undefined;
  }

  private async fetched(type: MediaType, url: string): Promise<{ bytes: Buffer; contentType?: string } | undefined> {
    const { maxBytes } = WHATSAPP_LIMITS.media[type];
    try {
      const { body, contentType } = await safeFetch(url, { ...this.policy, maxBytes: Math.min(maxBytes, heldBytes) });
      const chunks: Buffer[] = [];
      for await (const chunk of body) chunks.push(chunk as Buffer);
      return { bytes: Buffer.concat(chunks), contentType };
    } catch (error) {
      if (error instanceof FetchRefusedError && error.reason === 'too_large' && maxBytes <= heldBytes)
        throw new UnfitFileError(`The ${type} is larger than WhatsApp takes: ${maxBytes} bytes.`, { cause: error });
      return undefined;
    }
  }
}

/** Its bytes tell what it is where they can; of a text only its server does. */
function plainType(told = 'application/octet-stream'): string {
  const type = told.split(';')[0]?.trim() ?? told;
  return type === 'audio/x-m4a' ? 'audio/mp4' : type;
}

/** A document may be anything. */
function refuseUnfit(type: MediaType, contentType: string): void {
  const taken: readonly string[] = WHATSAPP_LIMITS.media[type].contentTypes;
  if (taken.includes('*') || taken.includes(contentType)) return;
  throw new UnfitFileError(`WhatsApp takes no ${type} of type ${contentType}, but: ${taken.join(', ')}.`);
}

/** What a document is called in the chat. */
export function nameIn(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last).slice(-200) || 'file';
  } catch {
    return last.slice(-200) || 'file';
  }
}
