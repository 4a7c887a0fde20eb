import { Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AppConfig } from '../config/index.js';
import { connectRedis } from '../redis/index.js';

/**
 * The connections Bull works on: one fail-fast connection that all queues share for commands, and one per queue where
 * Bull waits for jobs. Bull closes only connections it made itself, so these are ours to close.
 */
@Injectable()
export class BullConnectionsService {
  private shared?: Redis;
  private readonly waiting: Redis[] = [];

  constructor(private readonly config: AppConfig) {}

  open(type: 'client' | 'subscriber' | 'bclient'): Redis {
    if (type === 'client') return (this.shared ??= this.connect('commands'));
    const own = this.connect('blocking');
    this.waiting.push(own);
    return own;
  }

  /** Once the queues are closed. Whatever Bull still had in mind fails at once instead of waiting for Redis. */
  close(): void {
    for (const connection of this.waiting) connection.disconnect();
    this.shared?.disconnect();
  }

  private connect(purpose: 'commands' | 'blocking'): Redis {
    const connection = connectRedis(this.config.REDIS_URL, purpose) as Redis;
    connection.on('error', () => undefined); // Bull reports it on the queue
    return connection;
  }
}
