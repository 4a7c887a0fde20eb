import { Injectable } from '@nestjs/common';
import { WalksService } from '../database/index.js';
import { Scheduled } from '../queue/index.js';
import { searchTermsVersion } from './search-terms.js';
import { SearchTermsRepository } from './search-terms.repository.js';

/** Makes the search terms of all conversations anew when another version of this software makes them otherwise. */
@Injectable()
export class SearchTermsTask {
  constructor(
    private readonly terms: SearchTermsRepository,
    private readonly walks: WalksService,
  ) {}

  @Scheduled({ name: 'renew-search-terms', everyMs: 30_000 })
  async renew(signal: AbortSignal): Promise<void> {
    await this.walks.goOn(`search-terms-${searchTermsVersion}`, (after) => this.terms.renewSome(after), signal);
  }
}
