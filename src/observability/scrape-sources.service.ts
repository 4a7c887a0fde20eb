import { Injectable, Logger } from '@nestjs/common';
import { metrics } from './metrics.js';

/** Longest that one source may hold a scrape up; Prometheus itself gives up after ten seconds. */
const timeoutMs = 1_500;

/** Sets gauges from what the store or the queue says now. Cheap: it runs on every scrape of every process. */
type Source = () => Promise<void>;

/**
 * Gauges that are looked up when somebody asks for them. Rooms add theirs at module init; a source that fails costs its
 * own figures only.
 */
@Injectable()
export class ScrapeSourcesService {
  private readonly logger = new Logger(ScrapeSourcesService.name);
  private readonly sources = new Map<string, Source>();

  add(name: string, source: Source): void {
    this.sources.set(name, source);
  }

  /** Brings all gauges up to date. Never throws. */
  async refresh(): Promise<void> {
    await Promise.all([...this.sources].map(([name, source]) => this.run(name, source)));
  }

  private async run(name: string, source: Source): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('timed out')), timeoutMs);
    });
    try {
      await Promise.race([source(), timeout]);
    } catch (error) {
      metrics.scrapeFailures.inc({ source: name });
      this.logger.debug({ msg: 'gauges could not be read', source: name, err: error });
    } finally {
      clearTimeout(timer);
    }
  }
}
