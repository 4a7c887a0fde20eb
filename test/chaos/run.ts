import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backlogOf, drain, isDone, type Backlog } from './backlog.js';
import { checkActions } from './check-actions.js';
import { checkAnswers } from './check-answers.js';
import { checkContent, checkDeliveries, checkStored, finding, type Finding } from './check-store.js';
import { checkConversations, checkDeadLetters, checkSecrets } from './check-traces.js';
import { Desk } from './desk.js';
import { FaultScript } from './faults.js';
import { readOptions, type ChaosOptions } from './options.js';
import { People } from './people.js';
import { jobTimes, printFacts, printChannels, printFindings, printProcesses, printRecovery, say } from './report.js';
import { startStack, type ChaosStack } from './stack.js';
import { StoreWatch, type StoredDm } from './store-watch.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** After the last fault the backlog must shrink until nothing is left of it; this long without counts as stuck. */
const stuckAfterMs = { short: 120_000, long: 600_000 };

interface Run {
  options: ChaosOptions;
  stack: ChaosStack;
  watch: StoreWatch;
  people: People;
  desk: Desk;
  faults: FaultScript;
  logsFolder: string;
}

const startedAt = Date.now();
const seconds = (): string => `${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s`;

async function prepare(options: ChaosOptions, logsFolder: string, stack: ChaosStack): Promise<Run> {
  const watch = await StoreWatch.connect(stack.local.services.databaseUrl);
  const people = new People(stack, options);
  const desk = new Desk(stack, people, options);
  const faults = new FaultScript(stack, people, watch, options, (kind) => say(`  ${seconds()}  ${kind}`));
  return { options, stack, watch, people, desk, faults, logsFolder };
}

/** The load, and the faults beside it; people go on writing until the last fault is over. */
async function storm({ options, people, desk, faults, stack }: Run): Promise<void> {
  const calm = faults.startNoise();
  const deskWork = desk.work(options.short ? 700 : 400);
  let over = false;
  const script = faults.run().finally(() => (over = true));
  await people.live();
  while (!over) await people.liveOn(1, 700);
  await script;
  if (options.faults && options.short) {
    say(`  ${seconds()}  rolling restart`);
    const restart = faults.rollingRestart().run(() => undefined);
    over = false;
    const ended = restart.finally(() => (over = true));
    while (!over) await people.liveOn(1, 500);
    await ended;
  }
  calm();
  await Promise.all([stack.local.sandbox.idle(), desk.close(), deskWork]);
}

async function check(run: Run, backlog: Backlog): Promise<boolean> {
  const { stack, watch, people, desk, faults, options, logsFolder } = run;
  const dms = await watch.collection<StoredDm>('instagram_dms').find().toArray();
  const deliveries = checkDeliveries(stack);
  const answers = checkAnswers(stack, people, desk.sends, dms, watch);
  const letters = await checkDeadLetters(watch);
  const actions = await checkActions(stack, dms, watch);
  printFacts('What happened', {
    'what people did': [...people.counts].map(([kind, n]) => `${n} ${kind}`).join(', '),
    conversations: people.threads.length,
    'DMs stored': dms.length,
    transactions: await watch.transactions(),
    'jobs, mean ms': await jobTimes(stack),
    'desk sends': `${desk.sends.length} in ${desk.sends.reduce((sum, { tries }) => sum + tries, 0)} requests`,
    ...deliveries.facts,
    ...answers.facts,
    ...actions.facts,
    ...letters.facts,
  });
  printChannels(stack, people, dms);
  printRecovery(faults.struck, stack, watch);
  const ends = printProcesses(stack, faults);
  const findings: Finding[] = [
    ...deliveries.findings,
    ...checkStored(people, dms),
    ...checkContent(people, dms),
    ...answers.findings,
    ...actions.findings,
    ...(await checkConversations(people, dms, watch)),
    ...(await checkSecrets(stack, people, watch, logsFolder)),
    ...letters.findings,
    ...ends,
    finding('stuck', isDone(backlog, { proofMayWait: options.short }) ? [] : [JSON.stringify(backlog)]),
  ];
  return printFindings(findings);
}

async function chaos(options: ChaosOptions): Promise<boolean> {
  const folder = join(root, '.cache', 'chaos', `seed-${options.seed}`);
  rmSync(folder, { recursive: true, force: true });
  const logsFolder = join(folder, 'logs');
  const stack = await startStack(options, logsFolder);
  let watch: StoreWatch | undefined;
  try {
    const run = await prepare(options, logsFolder, stack);
    watch = run.watch;
    say(`Chaos with seed ${options.seed}: ${options.events} events, ${run.people.threads.length} conversations`);
    say(`  plan: ${run.faults.plan.map(({ kind, atMs }) => `${(atMs / 1000).toFixed(1)} s ${kind}`).join(' | ')}`);
    await storm(run);
    say(`  ${seconds()}  last fault over; backlog ${JSON.stringify(await backlogOf(stack, watch))}`);
    const calmAt = Date.now();
    const backlog = await drain(stack, watch, {
      proofMayWait: options.short,
      stuckAfterMs: stuckAfterMs[options.short ? 'short' : 'long'],
    });
    say(`  ${seconds()}  drained in ${((Date.now() - calmAt) / 1000).toFixed(1)} s: ${JSON.stringify(backlog)}`);
    const good = await check(run, backlog);
    say(
      `\n${good ? 'PASSED' : 'FAILED'} in ${seconds().trim()}. To repeat it: npm run test:chaos -- ${again(options)}`,
    );
    if (good) rmSync(folder, { recursive: true, force: true });
    else say(`Logs of the processes: ${logsFolder}`);
    return good;
  } finally {
    await watch?.close();
    await stack.stop();
  }
}

function again({ events, seed, loadMs, short, flush, crashes, members }: ChaosOptions): string {
  const minutes = short ? '' : ` --minutes ${(loadMs / 60_000).toFixed(2)}`;
  return `--events ${events} --seed ${seed}${minutes}${flush ? '' : ' --no-flush'}${crashes === 1 ? '' : ` --crashes ${crashes}`}${members === 1 ? '' : ` --members ${members}`}`;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  process.exitCode = (await chaos(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
