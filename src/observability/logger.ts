import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { redact, redactText } from './redaction.js';

/** Ids that every log line of a request or job carries. */
export interface LogContext {
  request_id?: string;
  job?: string;
  job_id?: string;
  account_id?: string;
  conversation_id?: string;
  message_id?: string;
}

interface Context {
  ids: LogContext;
  /** The request that it is all for; jobs have none. */
  request?: object;
}

const context = new AsyncLocalStorage<Context>();

let openContexts = 0;

/** Runs `work` with these ids on every line it logs, across awaits, until {@link leaveLogContext} is called once. */
export function enterLogContext<T>(ids: LogContext, work: () => T, request?: object): T {
  openContexts += 1;
  const outer = context.getStore();
  return context.run({ ids: { ...outer?.ids, ...ids }, request: request ?? outer?.request }, work);
}

/** The request that runs: for what must be known of it far from its controller. */
export function currentRequest(): object | undefined {
  return context.getStore()?.request;
}

/**
 * Switches the storage off when nobody is left in a context: before Node 24 one that is merely there costs every
 * promise of the process, a fifth of what Meta's door can take.
 */
export function leaveLogContext(): void {
  openContexts -= 1;
  if (openContexts === 0) context.disable();
}

/** Runs `work` with these ids on every line it logs. */
export async function withLogContext<T>(ids: LogContext, work: () => Promise<T>): Promise<T> {
  try {
    return await enterLogContext(ids, work);
  } finally {
    leaveLogContext();
  }
}

/** The one pino of a process. @param destination tests pass a stream of their own to read what was logged */
export function createPino(level: string, destination?: DestinationStream): PinoLogger {
  return pino(
    {
      level,
      base: { service: 'instagram-dm-api', pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // `log` below has made it a plain object by then; pino's own serializer would call its type `Object`.
      serializers: { err: (error: unknown) => error },
      mixin: () => ({ ...context.getStore()?.ids }),
      formatters: { level: (label) => ({ level: label }), log: (entry) => redact(entry) as Record<string, unknown> },
      hooks: {
        logMethod(args, method) {
          const clean = [...args, ...messageOf(args)].map((arg: unknown) =>
            typeof arg === 'string' ? redactText(arg) : arg,
          );
          method.apply(this, clean as Parameters<typeof method>);
        },
      },
    },
    ...(destination ? [destination] : []),
  );
}

/** The text of an error that is logged without a message: pino would take it as it is, and not clean it. */
function messageOf(args: readonly unknown[]): string[] {
  const [entry] = args;
  if (args.length > 1 || typeof entry !== 'object' || entry === null || 'msg' in entry) return [];
  const error: unknown = entry instanceof Error ? entry : 'err' in entry ? entry.err : undefined;
  return error instanceof Error ? [error.message] : [];
}

/** Nest's logger on pino: `new Logger(Service.name).warn({ msg, account_id })` comes out as one JSON line. */
export class NestPinoLogger implements LoggerService {
  constructor(private readonly pino: PinoLogger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    // Nest appends the context (a class name) as the last argument, and for errors a stack before it.
    const room = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? { stack: rest[0] } : {};
    if (message instanceof Error) this.pino[level]({ room, err: message });
    else if (typeof message === 'object' && message !== null) this.pino[level]({ room, ...stack, ...message });
    else this.pino[level]({ room, ...stack }, String(message));
  }
}
