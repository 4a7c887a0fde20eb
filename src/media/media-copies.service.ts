import { Injectable, Logger } from '@nestjs/common';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileTypeStream } from 'file-type';
import { Clock } from '#libs/clock';
import { FetchRefusedError } from '#libs/safe-fetch';
import { DmMediaRepository, type DmRecord } from '../dms/index.js';
import { attachmentKindOf } from '../kinds/index.js';
import { MediaSourcesService, type MediaSource } from './media-sources.service.js';
import { MediaStorageService } from './media-storage.service.js';

/** What a customer can send; anything else (a page, a script, an SVG) is not kept. */
const keptTypes =
  /^(image\/(jpeg|png|gif|webp|heic|avif)|video\/(mp4|quicktime|webm|3gpp|ogg)|audio\/[\w.+-]+|application\/(pdf|ogg))$/;

const dayMs = 86_400_000;
/** Meta's links run out within days: what has failed for so long will not be served any more. */
const givesUpAfterDays = 7;

class UnwantedTypeError extends Error {
  override readonly name = 'UnwantedTypeError';
}

/** Copies the media of messages before Meta's links expire, and removes the copies of what is taken back. */
@Injectable()
export class MediaCopiesService {
  private readonly logger = new Logger(MediaCopiesService.name);

  constructor(
    private readonly storage: MediaStorageService,
    private readonly repository: DmMediaRepository,
    private readonly clock: Clock,
    private readonly sources: MediaSourcesService,
  ) {}

  /**
   * Copies what is not copied yet. A story mention stays a link: Meta forbids keeping that media.
   * @throws what may pass (network, storage, a server that is overloaded) after the others had their turn, so that the
   * job is tried again, for a week; a refusal is final, and noted on the attachment
   */
  async keep(dmId: string, signal: AbortSignal): Promise<void> {
    if (!this.storage.isConfigured) return;
    const dm = await this.repository.find(dmId);
    if (!dm || dm.unsent) return;
    const passing: unknown[] = [];
    for (const [index, attachment] of dm.attachments.entries()) {
      const { mayBeCopied } = attachmentKindOf(attachment.type);
      const source =
        mayBeCopied && !attachment.stored_key ? this.sources.of(dm.platform_account_id, attachment) : undefined;
      if (!source) continue;
      try {
        await this.copy(dm, index, source, signal);
      } catch (error) {
        const reason = this.reasonNotToKeep(dm, error, signal);
        if (reason === undefined) passing.push(error);
        else await this.giveUp(dm, index, reason);
      }
    }
    if (passing.length > 0) throw passing[0];
    await this.repository.noteKept(dmId);
  }

  /** `undefined` for what may pass. */
  private reasonNotToKeep({ created_at: storedAt }: DmRecord, error: unknown, signal: AbortSignal): string | undefined {
    if (error instanceof FetchRefusedError || error instanceof UnwantedTypeError) return error.message;
    if (signal.aborted || this.clock.now() - storedAt.getTime() < givesUpAfterDays * dayMs) return undefined;
    return `Given up after ${givesUpAfterDays} days. ${error instanceof Error ? error.message : String(error)}`;
  }

  private async giveUp(dm: DmRecord, index: number, reason: string): Promise<void> {
    await this.repository.noteNotKept(dm._id.toHexString(), index, reason);
    const { message_id, platform_account_id: account_id } = dm;
    this.logger.warn({ msg: 'media is not kept', message_id, account_id, reason });
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

  private async copy(dm: DmRecord, index: number, source: MediaSource, signal: AbortSignal): Promise<void> {
    const { body } = await source.open(signal);
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
