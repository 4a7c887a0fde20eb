import { Global, Module } from '@nestjs/common';
import { ScrapeSourcesService } from './scrape-sources.service.js';

@Global()
@Module({ providers: [ScrapeSourcesService], exports: [ScrapeSourcesService] })
export class ObservabilityModule {}
