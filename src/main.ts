import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { InvalidSettingsError, readSettings, type AppConfig } from './config/index.js';
import { start } from './start.js';

const logger = new Logger('Main');

function settingsOrExit(): AppConfig {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof InvalidSettingsError)) throw error;
    process.stderr.write(`${error.message}\n\n.env.example describes every setting.\n`);
    process.exit(78); // EX_CONFIG: a supervisor need not try again
  }
}

/**
 * A supervisor kills what does not stop in time; better to say so and go before it does, on a busy machine too. What was
 * cut off is swept up by the others.
 */
function exitInTime(graceMs: number): void {
  const giveUp = (): void => {
    logger.error({ msg: 'did not stop in time, leaving', grace_ms: graceMs });
    process.exit(1);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => setTimeout(giveUp, graceMs * 0.9).unref());
}

async function main(): Promise<void> {
  const config = settingsOrExit();
  exitInTime(config.SHUTDOWN_GRACE_MS);
  const app = await start(config);
  logger.log({ msg: 'listening', role: config.ROLE, url: await app.getUrl() });
}

process.on('unhandledRejection', (reason) => logger.error({ msg: 'unhandled rejection', err: reason }));

main().catch((error: unknown) => {
  logger.fatal({ msg: 'could not start', err: error });
  process.stderr.write(`Could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
