import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { FetchRefusedError, safeFetch } from '#libs/safe-fetch';
import { AppConfig } from '../../config/index.js';
import { draftOf, readText, type ReadText } from './knowledge-text.js';
import { KnowledgeRepository, type KnowledgeDocument } from './knowledge.repository.js';
import { readHtml } from './read-html.js';
import { readPdf } from './read-pdf.js';

const maxBytes = 5_000_000;
const timeoutMs = 15_000;
const refreshMs = 24 * 3_600_000;
const retryMs = 15 * 60_000;
/** Longer than a fetch takes. */
const takenMs = 2 * 60_000;

/** Fetches what owners named by address, and again each day. A changed page waits for its owner's yes. */
@Injectable()
export class KnowledgePagesService {
  private readonly logger = new Logger(KnowledgePagesService.name);

  constructor(
    private readonly knowledge: KnowledgeRepository,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Works pages whose time has come, one after the other. A process that dies leaves its page to a later sweep. */
  async fetchDue(signal: AbortSignal, most = 20): Promise<void> {
    for (let worked = 0; worked < most && !signal.aborted; worked++) {
      const now = this.clock.date();
      const page = await this.knowledge.takeDue(now, new Date(now.getTime() + takenMs));
      if (!page) return;
      await this.fetch(page, signal);
    }
  }

  private async fetch(page: KnowledgeDocument, signal: AbortSignal): Promise<void> {
    try {
      const read = await this.read(page.url ?? '', signal);
      await this.store(page, read);
    } catch (error) {
      if (signal.aborted) return;
      const isFinal = error instanceof FetchRefusedError;
      const reason = isFinal ? error.reason : 'unavailable';
      this.logger.log({ msg: 'a page of the knowledge could not be fetched', document_id: page._id, reason });
      // What was read before stays in force: a site that is away for a day knows as much as yesterday.
      const next = { reason, fetch_at: this.in(isFinal ? refreshMs : retryMs) };
      if (page.passages.length > 0) await this.knowledge.noteFetched(page, next);
      else await this.knowledge.change(page, { ...next, state: 'failed' });
    }
  }

  private async read(url: string, signal: AbortSignal): Promise<ReadText> {
    const host = URL.canParse(url) ? new URL(url).hostname : '';
    const allowLocal = !this.config.isProduction && this.config.MEDIA_EXTRA_HOSTS.includes(host);
    const policy = { allowedHosts: [host, `www.${host}`, host.replace(/^www\./, '')], maxBytes, timeoutMs, allowLocal };
    const { body, contentType = '' } = await safeFetch(url, policy, signal);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (contentType.includes('pdf')) return readText(await readPdf(new Uint8Array(bytes), signal));
    const text = bytes.toString('utf8');
    return readText(contentType.includes('html') || /^\s*</.test(text) ? readHtml(text).text : text);
  }

  private async store(page: KnowledgeDocument, read: ReadText): Promise<void> {
    const fetched = { fetch_at: this.in(refreshMs), fetched_at: this.clock.date() };
    const isInForce = page.review === 'approved' && page.passages.length > 0;
    if (isInForce && read.content_hash === page.content_hash) return this.knowledge.noteFetched(page, fetched);
    if (isInForce && read.state === 'ready')
      await this.knowledge.change(page, { ...fetched, draft: draftOf(read, this.clock.date()) });
    else await this.knowledge.change(page, { ...read, ...fetched, review: 'pending', draft: undefined });
  }

  private in(ms: number): Date {
    return new Date(this.clock.now() + ms);
  }
}
