import { writeFileSync } from 'node:fs';
import { Evaluation } from './evaluation.js';
import { readOptions, usage } from './options.js';
import { holds, printGates } from './report.js';
import { BadSetError, readConversations, readShops } from './shops.js';

const mostShown = 40;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns the exit code */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    say(usage);
    return 0;
  }
  const all = readShops(options.shopsFile);
  const shops = all.filter(({ id }) => options.shop === undefined || id === options.shop);
  if (shops.length === 0) throw new BadSetError(`${options.shopsFile} has no shop ${options.shop ?? ''}.`);
  const conversations = options.conversationFiles.flatMap((file) => readConversations(file, shops));
  if (conversations.length === 0) throw new BadSetError('No conversation is of one of these shops.');
  const key = process.env['OPENAI_API_KEY'];
  const baseUrl = process.env['OPENAI_BASE_URL'];
  const real = key ? { key, ...(baseUrl ? { baseUrl } : {}) } : undefined;
  const startedAt = Date.now();
  const who = real ? 'a real model' : 'stand-ins (no OPENAI_API_KEY)';
  say(`${conversations.length} conversations with ${shops.length} shops, answered by ${who}\n`);
  const evaluation = new Evaluation(shops, conversations, options, say);
  evaluation.scoreTheScorer();
  const result = await evaluation.run(real);
  say('');
  printGates(result.gates, say);
  for (const { part, id, what, said } of result.failures.slice(0, mostShown))
    say(`\n✗ ${part}: ${id}\n  ${what}${said ? `\n  “${said.slice(0, 300)}”` : ''}`);
  if (result.failures.length > mostShown) say(`\n… and ${result.failures.length - mostShown} more in ${options.out}`);
  for (const note of result.notes) say(`\nNote: ${note}`);
  if (result.model) {
    const { name, cost, p50Ms, p95Ms, calls } = result.model;
    say(`\n${name}: ${calls} replies, ${cost} USD, p50 ${p50Ms} ms, p95 ${p95Ms} ms`);
  }
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  writeFileSync(options.out, `${JSON.stringify({ at: new Date().toISOString(), seconds, ...result }, null, 2)}\n`);
  const missed = result.gates.filter((gate) => !holds(gate)).length;
  say(
    `\n${missed === 0 ? 'All hold' : `${missed} of ${result.gates.length} do not hold`}; ${seconds} s; ${options.out}`,
  );
  return missed === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const told = error instanceof BadSetError || error instanceof TypeError ? error.message : error;
    process.stderr.write(`${told instanceof Error ? (told.stack ?? told.message) : String(told)}\n`);
    process.exit(2);
  },
);
