import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What a finished program wrote. */
export interface Output {
  stdout: string;
  stderr: string;
}

/** Absolute path of an executable on PATH. */
export async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter((part) => part !== '')) {
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end.
 * @param timeoutMs kills it when it takes longer
 * @throws an Error carrying `stderr` when it can't be run, fails or takes too long
 */
export function run(program: string, args: string[], timeoutMs: number): Promise<Output> {
  return execute(program, args, { timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 });
}

/** The last line a failed program wrote to stderr, which is usually the reason. */
export function reasonOf(error: unknown): string {
  const stderr = (error as { stderr?: unknown }).stderr;
  const written = typeof stderr === 'string' ? stderr.trim().split('\n').at(-1)?.trim() : undefined;
  return written ? written : error instanceof Error ? error.message : String(error);
}
