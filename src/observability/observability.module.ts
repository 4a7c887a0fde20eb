import { Global, Module } from '@nestjs/common';
import { ScrapeSources } from './scrape-sources.js';

@Global()
@Module({ providers: [ScrapeSources], exports: [ScrapeSources] })
export class ObservabilityModule {}
