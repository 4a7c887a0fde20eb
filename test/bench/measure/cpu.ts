import { readFileSync } from 'node:fs';

/** Linux counts in hundredths on every platform that Node runs on. */
const ticksPerSecond = 100;

/** CPU seconds (user and system) that these processes have used so far; undefined where /proc does not tell. */
export function cpuSeconds(pids: (number | undefined)[]): number | undefined {
  try {
    return pids.reduce<number>((sum, pid) => sum + (pid === undefined ? 0 : ticks(pid)), 0) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/** Resident memory in MB: now, and the most it has ever been. */
export function residentMb(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { now: kilobytes('VmRSS') / 1024, peak: kilobytes('VmHWM') / 1024 };
}

function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
