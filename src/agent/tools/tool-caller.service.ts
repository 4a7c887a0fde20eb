import { Injectable, Logger } from '@nestjs/common';
import { FetchRefusedError, RequestFailedError, safeRequest, type FetchPolicy } from '#libs/safe-fetch';
import { TokenCipherError } from '#libs/token-cipher';
import { AppConfig } from '../../config/index.js';
import { pickedAnswer } from './tool-answer.js';
import type { ToolArguments } from './tool-parameters.js';
import { ToolSecretsService } from './tool-secrets.service.js';
import type { Tool } from './tools.repository.js';
import { fillTemplate, unplacedArguments, withQuery } from './url-template.js';

export const toolTimeoutMs = 5_000;
const maxBytes = 64 * 1_024;
const agentName = 'DM-Agent/1';

/**
 * - `answered`: the other side said something, whatever its status
 * - `not_sent`: it never left here, or never arrived; nothing was done
 * - `lost`: nobody can tell whether it arrived
 */
export type ToolCallResult =
  | { outcome: 'answered'; status: number; answer?: unknown; problem?: 'too_large' | 'cut_off'; ms: number }
  | { outcome: 'not_sent' | 'lost'; reason: string; ms: number };

export interface ToolCallOptions {
  signal?: AbortSignal;
  /** The same for the same effect: by it the other side can tell that it has done it already. */
  idempotencyKey?: string;
}

type CalledTool = Pick<Tool, 'account_id' | 'name' | 'method' | 'url' | 'hosts' | 'headers' | 'pick'>;

/** Makes the HTTP request that a tool is: to its own hosts alone, bounded in time and size. */
@Injectable()
export class ToolCallerService {
  private readonly logger = new Logger(ToolCallerService.name);

  constructor(
    private readonly secrets: ToolSecretsService,
    private readonly config: AppConfig,
  ) {}

  /** Whether a host may be one of a tool's: not this server's own, and over https but in development. */
  hostProblem(url: URL): string | undefined {
    const own = [this.config.API_URL, ...(this.config.frontendIsSet ? [this.config.FRONTEND_URL] : [])];
    if (own.some((address) => new URL(address).host === url.host)) return 'must not be this server itself';
    if (url.protocol === 'https:' || (url.protocol === 'http:' && this.isLocal(url.hostname))) return undefined;
    return 'expected an https address';
  }

  /** @throws whatever the signal was aborted with, and nothing else */
  async call(tool: CalledTool, args: ToolArguments, options: ToolCallOptions = {}): Promise<ToolCallResult> {
    const began = performance.now();
    const result = await this.attempt(tool, args, options);
    return { ...result, ms: Math.round(performance.now() - began) };
  }

  private async attempt(tool: CalledTool, args: ToolArguments, { signal, idempotencyKey }: ToolCallOptions) {
    try {
      const { url, body } = addressed(tool, args);
      const problem = this.hostProblem(new URL(url));
      if (problem) return notSent('host_not_allowed');
      const headers = {
        ...this.headersOf(tool, body),
        ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      };
      const got = await safeRequest(url, { method: tool.method, headers, body }, this.policyOf(tool, url), signal);
      const { status, bodyProblem } = got;
      const answered = { outcome: 'answered' as const, status };
      if (bodyProblem) return { ...answered, problem: bodyProblem };
      const text = got.body.toString('utf8');
      return text.trim() === '' ? answered : { ...answered, answer: pickedAnswer(text, tool.pick) };
    } catch (error) {
      signal?.throwIfAborted();
      return this.failureOf(error, tool);
    }
  }

  private failureOf(error: unknown, { account_id, name }: CalledTool) {
    if (error instanceof FetchRefusedError) return notSent(error.reason);
    if (error instanceof RequestFailedError) {
      const reason = error.timedOut ? 'timeout' : error.mayHaveArrived ? 'cut_off' : 'unreachable';
      return error.mayHaveArrived ? { outcome: 'lost' as const, reason } : notSent(reason);
    }
    if (error instanceof TokenCipherError) {
      this.logger.warn({ msg: 'a secret header of a tool does not open', account_id, tool: name, err: error });
      return notSent('secret_unreadable');
    }
    if (error instanceof TypeError) return notSent('bad_argument');
    throw error;
  }

  private headersOf({ account_id: accountId, name: tool, headers }: CalledTool, body: string | undefined) {
    const own = headers.map(({ name, value = '', sealed }) => [
      name.toLowerCase(),
      sealed === undefined ? value : this.secrets.open(sealed, accountId, tool, name),
    ]);
    return {
      accept: 'application/json',
      'user-agent': agentName,
      ...(Object.fromEntries(own) as Record<string, string>),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
  }

  private policyOf({ hosts }: CalledTool, url: string): FetchPolicy {
    const { hostname } = new URL(url);
    return { allowedHosts: hosts, maxBytes, timeoutMs: toolTimeoutMs, allowLocal: this.isLocal(hostname) };
  }

  /** A stand-in beside a developer; production knows none. */
  private isLocal(hostname: string): boolean {
    return !this.config.isProduction && this.config.MEDIA_EXTRA_HOSTS.includes(hostname);
  }
}

/** What stands nowhere in the address goes into the body, or into the query where there is none. */
function addressed({ method, url }: CalledTool, args: ToolArguments): { url: string; body?: string } {
  const filled = fillTemplate(url, args);
  const rest = unplacedArguments(url, args);
  if (method === 'GET' || method === 'DELETE') return { url: withQuery(filled, rest) };
  return { url: filled, body: JSON.stringify(rest) };
}

function notSent(reason: string): { outcome: 'not_sent'; reason: string } {
  return { outcome: 'not_sent', reason };
}
