import { EmbeddedServiceError, findMongodProgram, findRedisProgram } from '#libs/embedded';

/** Looks for the server programs that tests and the demo start, and downloads MongoDB if there is none. */
try {
  await findRedisProgram();
  await findMongodProgram((line) => process.stderr.write(`${line}\n`));
} catch (error) {
  if (!(error instanceof EmbeddedServiceError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
