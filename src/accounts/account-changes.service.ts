import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AppConfig } from '../config/index.js';
import type { AccountRecord } from './account.schema.js';
import { connectRedis, REDIS, type RedisClient } from '../redis/index.js';

/** Which cached things are out of date: an account by its own id and by its channel's ids. */
export interface AccountChange {
  account_id: string;
  meta_ids: string[];
}

/** @internal what a change of this record makes out of date */
export function changeOf(
  record: Pick<AccountRecord, '_id' | 'external_id' | 'instagram_data' | 'meta'>,
): AccountChange {
  const ids = [record.external_id, record.instagram_data?.id, record.meta.id].filter((one) => one !== undefined);
  return { account_id: record._id.toHexString(), meta_ids: [...new Set(ids)] };
}

/** `'everything'` after the line to Redis was down: what was said meanwhile is lost. */
type Listener = (change: AccountChange | 'everything') => void;

/** Tells every process that an account changed, so that nobody works with a stale status or token. */
@Injectable()
export class AccountChangesService implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(AccountChangesService.name);
  private readonly channel: string;
  private readonly subscriber: RedisClient;
  private readonly listeners = new Set<Listener>();
  private unsent: AccountChange[] = [];
  private listening = false;

  constructor(
    config: AppConfig,
    @Inject(REDIS) private readonly redis: RedisClient,
  ) {
    this.channel = `${config.REDIS_PREFIX}:accounts-changed`;
    this.subscriber = connectRedis(config.REDIS_URL, 'blocking');
  }

  onModuleInit(): void {
    this.subscriber.on('error', () => undefined); // ioredis reconnects by itself
    this.subscriber.on('close', () => (this.listening = false));
    this.subscriber.on('ready', () => void this.listen());
    this.subscriber.on('message', (_channel: string, message: string) => this.receive(message));
    this.redis.on('ready', () => void this.flush());
    if ((this.subscriber as Redis).status === 'ready') void this.listen();
  }

  onModuleDestroy(): void {
    this.subscriber.disconnect();
  }

  /** Whether changes made by other processes reach this one at the moment. */
  get isListening(): boolean {
    return this.listening;
  }

  onChange(listener: Listener): void {
    this.listeners.add(listener);
  }

  /** Drops the account from this process's caches at once and from the others' as soon as Redis can be reached. */
  async announce(change: AccountChange): Promise<void> {
    this.tell(change);
    this.unsent.push(change);
    await this.flush();
  }

  private async flush(): Promise<void> {
    const batch = this.unsent;
    this.unsent = [];
    for (const [index, change] of batch.entries()) {
      try {
        await this.redis.publish(this.channel, JSON.stringify(change));
      } catch (error) {
        this.unsent.push(...batch.slice(index));
        this.logger.warn({ msg: 'other processes learn of an account change later: Redis is away', err: error });
        return;
      }
    }
  }

  private async listen(): Promise<void> {
    try {
      await this.subscriber.subscribe(this.channel);
      this.listening = true;
      this.tell('everything');
    } catch (error) {
      this.logger.warn({ msg: 'could not listen for account changes', err: error });
    }
  }

  private receive(message: string): void {
    try {
      this.tell(JSON.parse(message) as AccountChange);
    } catch (error) {
      this.logger.warn({ msg: 'an account change could not be read', err: error });
      this.tell('everything');
    }
  }

  private tell(change: AccountChange | 'everything'): void {
    for (const listener of this.listeners) listener(change);
  }
}
