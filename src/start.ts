import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, type CreateAppOptions } from './app.factory.js';
import type { AppConfig } from './config/index.js';
import { StartingDoor } from './http/index.js';

/**
 * Starts a process: listens at once, answers that it is starting until stores are reached and indexes are there, then
 * lets the application answer.
 * @throws what keeps it from starting
 */
export async function start(config: AppConfig, options: CreateAppOptions = {}): Promise<NestFastifyApplication> {
  // Whoever takes any port that is free is told it when the application has it.
  const door = config.PORT === 0 ? undefined : await StartingDoor.open(config.PORT, config.HOST);
  try {
    const app = await createApp(config, options);
    await app.init();
    await door?.close();
    await app.listen(config.PORT, config.HOST);
    return app;
  } catch (error) {
    await door?.close().catch(() => undefined);
    throw error;
  }
}
