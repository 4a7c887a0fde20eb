import { spawn } from 'node:child_process';

/**
 * Waits on a pipe whose other end this process alone holds. The kernel closes it however this process ends, kill -9
 * included, and then the shell ends the server: no polling, no signal handlers in the application, nothing left behind.
 * Arguments: the server's process id; the folder to remove, or nothing when its data stays.
 */
const script = `
read -r _ && exit 0
tries=0
if [ -z "$2" ]; then
  kill -TERM "$1" 2>/dev/null
  while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
fi
kill -KILL "$1" 2>/dev/null
if [ -n "$2" ]; then
  until rm -rf -- "$2" 2>/dev/null || [ "$tries" -ge 50 ]; do sleep 0.1; tries=$((tries + 1)); done
fi
`;

/** Stands by a running server; see {@link watch}. */
export interface Watchdog {
  /** The server has ended by itself or was stopped: go away quietly. */
  dismiss(): void;
}

/**
 * Makes sure that a server doesn't outlive this process.
 * @param pid the server's process id
 * @param temporaryFolder removed after the server's end, when its data was only for this process
 */
export function watch(pid: number, temporaryFolder?: string): Watchdog {
  // Its own process group: Ctrl-C in a terminal signals the whole foreground group, and the watchdog must survive that.
  const shell = spawn('/bin/sh', ['-c', script, 'sh', String(pid), temporaryFolder ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  const pipe = shell.stdin;
  pipe.on('error', () => undefined); // EPIPE: it was killed from outside, so there is nobody left to dismiss
  (pipe as unknown as { unref?: () => void }).unref?.();
  return { dismiss: () => pipe.end('done\n') };
}
