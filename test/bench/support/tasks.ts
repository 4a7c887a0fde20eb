/** Runs in a helper process: does what the bench process asks for over IPC, one task at a time. */

/** `begin` and `end` bound what is measured; both wait until the bench process has read the clocks. */
export type Mark = (moment: 'begin' | 'end') => Promise<void>;
export type Task<O, R> = (options: O, mark: Mark) => Promise<R>;
export type Order = { task: string; options: unknown };
export type Report = { mark: 'begin' | 'end' } | { result: unknown } | { error: string } | { ready: true };

const send = (report: Report): void => void process.send?.(report);

/** Takes orders until the bench process disconnects. */
export function takeOrders(tasks: Record<string, Task<never, unknown>>): void {
  let goOn = (): void => undefined;
  const mark: Mark = (moment) =>
    new Promise((resolve) => {
      goOn = resolve;
      send({ mark: moment });
    });
  process.on('message', (message: Order | 'marked') => {
    if (message === 'marked') return goOn();
    const task = tasks[message.task] as Task<unknown, unknown> | undefined;
    if (!task) return send({ error: `no task ${message.task}` });
    task(message.options, mark).then(
      (result) => send({ result: result ?? null }),
      (error: unknown) => send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  send({ ready: true });
}
