import { Injectable, Logger } from '@nestjs/common';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileTypeStream } from 'file-type';
import { FetchRefusedError, safeFetch, type FetchPolicy } from '#libs/safe-fetch';
import { AppConfig } from '../config/index.js';
import { DmMediaRepository, type DmRecord } from '../dms/index.js';
import { MediaStorage } from './media-storage.js';

/** Where Meta serves media of messages from. */
export const metaMediaHosts = ['.cdninstagram.com', '.fbcdn.net', '.fbsbx.com'];

/** What a customer can send; anything else (a page, a script, an SVG) is not kept. */
const keptTypes =
  /^(image\/(jpeg|png|gif|webp|heic|avif)|video\/(mp4|quicktime|webm|3gpp|ogg)|audio\/[\w.+-]+|application\/(pdf|ogg))$/;

class UnwantedTypeError extends Error {
  override readonly name = 'UnwantedTypeError';
}

/** Copies the media of messages before Meta's links expire, and removes the copies of what is taken back. */
@Injectable()
export class MediaCopies {
  private readonly logger = new Logger(MediaCopies.name);
  private readonly policy: FetchPolicy;

  constructor(
    private readonly storage: MediaStorage,
    private readonly repository: DmMediaRepository,
    config: AppConfig,
  ) {
    this.policy = {
      allowedHosts: [...metaMediaHosts, ...config.MEDIA_EXTRA_HOSTS],
      maxBytes: config.MEDIA_MAX_BYTES,
      timeoutMs: 120_000,
      allowLocal: !config.isProduction && config.MEDIA_EXTRA_HOSTS.length > 0,
    };
  }

  /**
   * Copies what is not copied yet. A story mention stays a link: Meta forbids keeping that media.
   * @throws what may pass (network, storage, a server that is overloaded) after the others had their turn, so that the
   * job is tried again; a refusal is final and only logged
   */
  async keep(dmId: string, signal: AbortSignal): Promise<void> {
    if (!this.storage.isConfigured) return;
    const dm = await this.repository.find(dmId);
    if (!dm || dm.unsent) return;
    const passing: unknown[] = [];
    for (const [index, attachment] of dm.attachments.entries()) {
      if (!attachment.url || attachment.link_only || attachment.type === 'story_mention' || attachment.stored_key)
        continue;
      try {
        await this.copy(dm, index, attachment.url, signal);
      } catch (error) {
        if (!(error instanceof FetchRefusedError) && !(error instanceof UnwantedTypeError)) {
          passing.push(error);
          continue;
        }
        this.logger.warn({
          msg: 'media is not kept',
          message_id: dm.message_id,
          account_id: dm.platform_account_id,
          reason: error.message,
        });
      }
    }
    if (passing.length > 0) throw passing[0];
    await this.repository.noteKept(dmId);
  }

  /** Whether there is a place for copies. */
  get isConfigured(): boolean {
    return this.storage.isConfigured;
  }

  /** Removes the copies of a message that was taken back or deleted for good. */
  async drop(dmId: string): Promise<void> {
    const keys = await this.repository.toDrop(dmId);
    if (keys.length === 0 || !this.storage.isConfigured) return;
    await this.storage.remove(keys);
    await this.repository.noteDropped(dmId, keys);
  }

  private async copy(dm: DmRecord, index: number, url: string, signal: AbortSignal): Promise<void> {
    const { body } = await safeFetch(url, this.policy, signal);
    const typed = await fileTypeStream(body);
    const contentType = typed.fileType?.mime ?? 'application/octet-stream';
    if (!keptTypes.test(contentType)) {
      body.destroy();
      throw new UnwantedTypeError(`Files of type ${contentType} are not kept.`);
    }
    let bytes = 0;
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    const key = `media/${dm.platform_account_id}/${dm._id.toHexString()}/${index}`;
    const upload = new PassThrough();
    await Promise.all([pipeline(typed, counter, upload), this.storage.put(key, upload, contentType)]);
    const dmId = dm._id.toHexString();
    if (await this.repository.noteCopy(dmId, index, { key, bytes, contentType })) return;
    await this.repository.noteToDrop(dmId, key);
    await this.storage.remove([key]);
    await this.repository.noteDropped(dmId, [key]);
  }
}
