import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { DeadLetters } from './dead-letters.repository.js';

/**
 * Lets MongoDB delete dead letters after `DEAD_LETTER_RETENTION_DAYS`. Open ones, too: nothing else would ever close
 * those that nobody replays. The settings see to it that none goes while what it would replay is still there.
 */
@Injectable()
export class DeadLetterRetention implements OnApplicationBootstrap {
  constructor(
    private readonly letters: DeadLetters,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.letters.keepFor(this.config.DEAD_LETTER_RETENTION_DAYS);
  }
}
