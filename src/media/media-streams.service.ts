import { Injectable, Logger } from '@nestjs/common';
import { fileTypeStream, fileTypeFromBuffer } from 'file-type';
import { LRUCache } from 'lru-cache';
import type { Readable } from 'node:stream';
import { FetchRefusedError, FetchUnavailableError } from '#libs/safe-fetch';
import type { TenantScope } from '../auth/index.js';
import { DmsRepository, isVisible, type DmAttachment } from '../dms/index.js';
import { NotFoundError, UnavailableError } from '../errors/index.js';
import { MediaSourcesService, type MediaSource } from './media-sources.service.js';
import { MediaStorageService } from './media-storage.service.js';

/** What a browser shows by itself and can't run. Anything else is a file to be saved. */
const shownTypes = /^(image\/(jpeg|png|gif|webp|heic|heif|avif)|video\/(mp4|quicktime|webm|3gpp|ogg)|audio\/[\w.+-]+)$/;
const anyBytes = 'application/octet-stream';
/** What tells a file's type stands before it ends. */
const sniffedBytes = 4_100;
const oneRange = /^bytes=(\d{0,15})-(\d{0,15})$/;

/** An attachment on its way to whoever may see it. */
export interface MediaStream {
  body: Readable;
  /** Found out from its bytes, whatever anybody said of it. */
  contentType: string;
  isShown: boolean;
  contentLength?: number;
  /** It is the part that was asked for. */
  contentRange?: string;
  /** Nobody may keep it: Meta allows no copy. */
  isFleeting: boolean;
}

type Opened = Pick<MediaStream, 'body' | 'contentLength' | 'contentRange'> & { contentType: string };

/**
 * Media of messages through our own origin: our copy where there is one, else what Meta serves as long as it does. A page
 * that shows them asks no other server, and no other server learns who looks at them.
 */
@Injectable()
export class MediaStreamsService {
  private readonly logger = new Logger(MediaStreamsService.name);
  /** By source, so that a part from the middle is known for what it is. */
  private readonly types = new LRUCache<string, string>({ max: 5_000 });

  constructor(
    private readonly dms: DmsRepository,
    private readonly storage: MediaStorageService,
    private readonly sources: MediaSourcesService,
  ) {}

  /**
   * @param range the request's `Range`; what is not one range of bytes is taken for none
   * @throws {NotFoundError} no such attachment, another tenant's, deleted, taken back, or not served any more
   * @throws {UnavailableError} for now
   */
  async open(scope: TenantScope, dmId: string, index: number, range?: string): Promise<MediaStream> {
    const dm = await this.dms.find(scope, dmId);
    const attachment = dm && isVisible(dm) && !dm.unsent ? dm.attachments[index] : undefined;
    if (!dm || !attachment) throw new NotFoundError('There is no such attachment.');
    const wanted = range !== undefined && oneRange.test(range) && range !== 'bytes=-' ? range : undefined;
    const opened = await this.reach(dm.platform_account_id, attachment, wanted);
    const isFleeting = attachment.link_only === true || attachment.type === 'story_mention';
    return { ...opened, isShown: shownTypes.test(opened.contentType), isFleeting };
  }

  private async reach(accountId: string, attachment: DmAttachment, range: string | undefined): Promise<Opened> {
    const { stored_key: key, content_type: contentType = anyBytes } = attachment;
    try {
      if (key !== undefined && this.storage.isConfigured) return { ...(await this.openCopy(key, range)), contentType };
      const source = this.sources.of(accountId, attachment);
      if (!source) throw new NotFoundError('There is nothing to show of this attachment.');
      return await this.openSource(source, range);
    } catch (error) {
      if (error instanceof NotFoundError) throw error;
      if (error instanceof FetchRefusedError) {
        this.logger.debug({ msg: 'media is not served any more', reason: error.reason });
        throw new NotFoundError('The channel does not serve this attachment any more.', { cause: error });
      }
      const passing = error instanceof FetchUnavailableError ? 'The channel' : 'The storage';
      throw new UnavailableError(`${passing} does not serve this attachment right now.`, { cause: error });
    }
  }

  /** A range beyond the end is answered with everything. */
  private async openCopy(key: string, range: string | undefined) {
    try {
      return await this.storage.open(key, range);
    } catch (error) {
      if (range === undefined || (error as { name?: unknown }).name !== 'InvalidRange') throw error;
      return this.storage.open(key);
    }
  }

  private async openSource(source: MediaSource, range: string | undefined): Promise<Opened> {
    const begins = range === undefined || range.startsWith('bytes=0-');
    const known = this.types.get(source.name) ?? (begins ? undefined : await this.sniff(source));
    const { body, contentRange, contentLength } = await source.open(undefined, range);
    const about = {
      ...(contentLength === undefined ? {} : { contentLength }),
      ...(contentRange === undefined ? {} : { contentRange }),
    };
    if (known !== undefined) return { body, contentType: known, ...about };
    const typed = await fileTypeStream(body);
    const contentType = typed.fileType?.mime ?? anyBytes;
    typed.once('close', () => body.destroy());
    body.once('error', (error) => typed.destroy(error));
    this.types.set(source.name, contentType);
    return { body: typed as unknown as Readable, contentType, ...about };
  }

  private async sniff(source: MediaSource): Promise<string> {
    const { body } = await source.open(undefined, `bytes=0-${sniffedBytes - 1}`);
    const head: Buffer[] = [];
    let bytes = 0;
    // A server that gives everything is not read to the end.
    for await (const chunk of body as AsyncIterable<Buffer>) {
      head.push(chunk);
      bytes += chunk.length;
      if (bytes >= sniffedBytes) break;
    }
    const contentType = (await fileTypeFromBuffer(Buffer.concat(head)))?.mime ?? anyBytes;
    this.types.set(source.name, contentType);
    return contentType;
  }
}
