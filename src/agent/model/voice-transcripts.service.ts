import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { toFile } from 'openai';
import { safeFetch } from '#libs/safe-fetch';
import { AppConfig } from '../../config/index.js';
import type { Dm } from '../../dms/index.js';
import { mediaPolicy } from '../context/pictures.js';
import { ModelClient } from './model.client.js';

/** OpenAI takes 25 MB; a voice message of Instagram's longest minute is far below. */
const maxBytes = 8_000_000;
const downloadTimeoutMs = 15_000;
/** Somebody who sends twenty voice messages in a row is asked to write. */
const maxVoices = 3;

/** What voice messages say. The recording is held in memory while it is heard, nowhere else. */
@Injectable()
export class VoiceTranscriptsService {
  private readonly logger = new Logger(VoiceTranscriptsService.name);
  /** A round that starts over must not pay twice. */
  private readonly known = new LRUCache<string, string>({ max: 500, ttl: 15 * 60_000 });

  constructor(
    private readonly config: AppConfig,
    private readonly model: ModelClient,
  ) {}

  /** By DM id; a voice message that can't be heard is left out, and the model is told that there was one. */
  async of(dms: readonly Dm[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const voices = dms.flatMap((dm) => {
      const url = dm.attachments.find(({ type }) => type === 'audio')?.url;
      return url ? [{ id: dm._id, url }] : [];
    });
    const heard = new Map<string, string>();
    for (const { id, url } of voices.slice(-maxVoices)) {
      const text = this.known.get(id) ?? (await this.tryHear(url, signal));
      if (!text) continue;
      this.known.set(id, text);
      heard.set(id, text);
    }
    return heard;
  }

  private async tryHear(url: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.hear(url, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.logger.warn({ msg: 'a voice message could not be transcribed', err: error });
      return undefined;
    }
  }

  private async hear(url: string, signal: AbortSignal): Promise<string> {
    const policy = { ...mediaPolicy(this.config, url), maxBytes, timeoutMs: downloadTimeoutMs };
    const { body, contentType } = await safeFetch(url, policy, signal);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    const type = contentType?.split(';')[0] ?? 'audio/mp4';
    const file = await toFile(Buffer.concat(chunks), `voice.${endingOf(type)}`, { type });
    return this.model.transcribe(file, signal);
  }
}

function endingOf(type: string): string {
  if (type.includes('wav')) return 'wav';
  if (type.includes('mpeg')) return 'mp3';
  return type.includes('ogg') ? 'ogg' : 'm4a';
}
