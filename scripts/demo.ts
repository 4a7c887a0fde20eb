import { startShopServer, type ShopServer } from '#libs/sandbox';
import { checkAll } from './demo/check.js';
import { becauseOf, problemOf, wordsOf } from './demo/runs.js';
import { scenes, type Scene } from './demo/scenes.js';
import { playChannels } from './demo/channels.js';
import { teachShop } from './demo/shop.js';
import { bold, dim, green, printLive, printTable, red, say } from './demo/terminal.js';
import { until } from './demo/until.js';
import { startLocalStack, type LocalStack } from './stack/local-stack.js';

const answerWithinMs = 20_000;
/** After an answer, a second one would come within this time: quiet period, model and send together. */
const silenceMs = 2_500;

/** Plays a customer's conversations through the built server and checks what it made of it. */
async function demo(stack: LocalStack, shop: ShopServer): Promise<boolean> {
  const { sandbox } = stack;
  const agent = {
    enabled: true,
    instructions: 'You answer for Juniper & Pine, a small shop for candles and ceramics.',
    quiet_ms: 900,
  };
  const { data: account } = await stack.api<{ data: { _id: string; username?: string } }>('POST', '/accounts', {
    access_token: sandbox.account.accessToken,
    login: 'instagram',
    agent,
  });
  say(dim(`Connected ${sandbox.account.username} as ${account._id} through POST /accounts.`));
  await teachShop(stack, account._id, shop);
  say(dim('Told it what the shop knows, and let it look up orders.'));
  const unwatch = sandbox.watch(printLive);
  const timesMs: number[] = [];
  const wrong: string[] = [];
  for (const scene of scenes) {
    say(`\n${bold(scene.title)}`);
    wrong.push(...(await play(stack, scene, timesMs)));
  }
  const elsewhere = await playChannels(stack, agent);
  unwatch();
  const summary = await checkAll(stack, account._id, timesMs.length);
  const sorted = [...timesMs].sort((a, b) => a - b);
  say(`\n${bold('Summary')}`);
  printTable([
    ['deliveries by Meta', `${summary.deliveries} (${summary.attempts} attempts)`],
    ['duplicates refused', summary.duplicatesRefused],
    ['DMs stored', `${summary.stored} (${summary.inbound} inbound)`],
    ['answers', `${summary.answers} in ${summary.answerMessages} messages`],
    [
      'webhook to answer',
      `median ${sorted[Math.floor(sorted.length / 2)] ?? 0} ms, longest ${sorted.at(-1) ?? 0} ms (quiet period of 900 ms included)`,
    ],
  ]);
  say(`\n${bold('Checked')}`);
  const findings = [...summary.findings, ...elsewhere];
  for (const { what, ok, seen } of findings) say(`  ${ok ? green('✓') : red('✗')} ${what}: ${seen}`);
  for (const problem of wrong) say(`  ${red('✗')} ${problem}`);
  return wrong.length === 0 && findings.every(({ ok }) => ok);
}

/** @returns what was not as it should be */
async function play(stack: LocalStack, scene: Scene, timesMs: number[]): Promise<string[]> {
  const { sandbox } = stack;
  const before = sandbox.sends.length;
  const happened = await scene.play(stack);
  await happened.delivered;
  const startedAt = Date.now();
  if (scene.answers > 0) {
    if (!(await until(() => sandbox.sends.length > before, answerWithinMs)))
      return [`${scene.title}: no answer within ${answerWithinMs / 1000} s`];
    timesMs.push(Date.now() - startedAt);
  }
  await until(() => false, silenceMs);
  const parts = sandbox.sends.slice(before);
  const problem = scene.because ? await why(stack, scene) : undefined;
  if (problem !== undefined) return [problem];
  if (scene.answers === 0) return parts.length === 0 ? [] : [`${scene.title}: answered, but must not be`];
  const problems: string[] = [];
  if (!scene.minParts && parts.length !== 1) problems.push(`${scene.title}: ${parts.length} messages instead of one`);
  if (scene.minParts && parts.length < scene.minParts) problems.push(`${scene.title}: the long answer was not split`);
  if (parts.some(({ text }) => Buffer.byteLength(text ?? '') > 1_000))
    problems.push(`${scene.title}: a message is longer than 1000 bytes`);
  return problems;
}

/** Shows how the latest answer came about. @returns what is not as it should be */
async function why(stack: LocalStack, { title, because = {} }: Scene): Promise<string | undefined> {
  const run = await becauseOf(stack);
  for (const line of wordsOf(run)) say(dim(`                      ↳ ${line}`));
  const problem = problemOf(run, because);
  return problem === undefined ? undefined : `${title}: ${problem}`;
}

let stack: LocalStack | undefined;
let shop: ShopServer | undefined;
let ending: Promise<unknown> | undefined;
const end = (): Promise<unknown> => (ending ??= Promise.all([stack?.stop(), shop?.stop()]));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    say(dim('\nStopping …'));
    void end().finally(() => process.exit(130));
  });
}

try {
  stack = await startLocalStack({
    log: (line) => say(dim(line)),
    env: { LOG_LEVEL: 'info', MEDIA_EXTRA_HOSTS: '127.0.0.1' },
  });
  shop = await startShopServer();
  const right = await demo(stack, shop);
  say(right ? green('\nEverything is as it should be.') : red('\nSomething is not as it should be.'));
  process.exitCode = right ? 0 : 1;
} catch (error) {
  say(red(`\nThe demo could not run: ${error instanceof Error ? error.message : String(error)}`));
  process.exitCode = 1;
} finally {
  await end();
}
// Nothing is open any more; a forgotten handle must not keep the terminal waiting.
process.exit();
