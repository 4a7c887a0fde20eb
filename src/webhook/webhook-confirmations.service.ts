import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig } from '../config/index.js';
import { REDIS, type RedisClient } from '../redis/index.js';

/** Meta's challenges are numbers; `npm run doctor` asks with another word, and proves nothing about Meta. */
const ofMeta = /^\d{1,20}$/;

/** When Meta last asked about the webhook and was answered: for whoever sets the server up. */
@Injectable()
export class WebhookConfirmationsService {
  private readonly logger = new Logger(WebhookConfirmationsService.name);

  constructor(
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Keeps when it was. The answer to Meta never waits for it. */
  note(challenge: string): void {
    if (!ofMeta.test(challenge)) return;
    this.redis
      .set(this.key, new Date(this.clock.now()).toISOString())
      .catch((error: unknown) =>
        this.logger.warn({ msg: 'the confirmation of the webhook was not noted', err: error }),
      );
  }

  /** @returns when, in ISO 8601; `undefined` where it was never seen */
  async latest(): Promise<string | undefined> {
    return (await this.redis.get(this.key)) ?? undefined;
  }

  private get key(): string {
    return `${this.config.REDIS_PREFIX}:webhook-confirmed`;
  }
}
