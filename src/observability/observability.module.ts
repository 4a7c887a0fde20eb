import { Global, Module } from '@nestjs/common';
import { TelemetryService } from './otlp/telemetry.service.js';
import { ScrapeSourcesService } from './scrape-sources.service.js';

@Global()
@Module({ providers: [ScrapeSourcesService, TelemetryService], exports: [ScrapeSourcesService] })
export class ObservabilityModule {}
