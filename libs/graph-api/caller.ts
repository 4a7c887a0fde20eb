import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { GraphCallOptions, GraphLogin } from './access.js';
import { GraphApiError, GraphCallError, type GraphCallFailureReason, type GraphRoute } from './errors.js';
import { isProofRefusal } from './failures.js';
import { exchange, ExchangeError, type TokenExchangeResult, type ExchangeRequest } from './exchange.js';
import { appSecretProof, AppSecretProofs } from './app-secret-proofs.js';
import { readAnswer, type GraphResult } from './read-answer.js';
import { readUsage, type GraphUsage } from './usage.js';

/** What is told of every call, for metrics. Nothing of what was sent or answered. */
export interface GraphCallInfo extends GraphRoute {
  /** `ok`, `refused` (the platform answered with an error), or `no_answer` that can be read. */
  outcome: 'ok' | 'refused' | 'no_answer';
  /** HTTP status, when there was one. */
  status?: number;
  /** Meta's error code, when it gave one. */
  code?: number;
  durationMs: number;
  usage?: GraphUsage;
  /** The account it was made for. */
  igId?: string;
}

export interface GraphClientOptions {
  /** Host of login `instagram`, without version. Default `https://graph.instagram.com`. */
  instagramUrl?: string;
  /** Host of login `facebook`, without version. Default `https://graph.facebook.com`. */
  facebookUrl?: string;
  /** Default `v24.0`. */
  version?: string;
  /** Bounds a call from its start to the last byte of its answer. Default 10 000. */
  timeoutMs?: number;
  /** Bounds the making of a connection. Default 5 000, never above `timeoutMs`. */
  connectTimeoutMs?: number;
  /** Connections a host, at most. Default 64. */
  connections?: number;
  /** App secrets by login: with one, calls carry `appsecret_proof`. */
  appSecretProof?: Partial<Record<GraphLogin, string>>;
  /** More app secrets: of a token whose proof Meta refuses, the one that it takes is found here and remembered. */
  otherAppSecrets?: readonly string[];
  /** Where people log in and codes become tokens: base URLs, which a local stand-in replaces. */
  oauth?: {
    /** Default `https://www.instagram.com`. */
    instagramUrl?: string;
    /** Default `https://api.instagram.com`. */
    instagramTokenUrl?: string;
    /** Default `https://www.facebook.com`. */
    facebookUrl?: string;
  };
  /** The way out where there is no direct one: for addresses with https, with http, and hosts that are reached without. */
  proxy?: { httpsProxy: string; httpProxy: string; noProxy: string };
  /** Instead of the client's own connection pool; it is not closed with the client. */
  dispatcher?: Dispatcher;
  /** Told after every call, also a failed one. */
  onCall?: (info: GraphCallInfo) => void;
}

/** One call, ready to be made. */
export interface GraphRequest extends GraphRoute {
  /** Base URL with its path, without query. */
  url: string;
  query?: Record<string, string | undefined>;
  /** Sent as JSON. */
  json?: object;
  /** Sent as a form. */
  form?: Record<string, string | undefined>;
  /** Sent as it is. */
  raw?: { contentType: string; body: Buffer };
  /** Goes into the Authorization header. */
  accessToken?: string;
  /** More of what must never turn up in an error. */
  secrets?: readonly string[];
  igId?: string;
}

const maxBodyBytes = 8 * 1024 * 1024;

/** An id that is empty, `.` or `..` would make the path another one. */
const strayPath = /[^:/]\/(?:\.{0,2})(?:\/|$)/;

/** The one way a call is made; everything around it (limits, proof, errors, what is told of it) is here. */
export class GraphCaller {
  private readonly proofs: AppSecretProofs;
  private readonly own: Agent | EnvHttpProxyAgent | undefined;
  private readonly dispatcher: Dispatcher;
  private readonly timeoutMs: number;
  private readonly onCall: GraphClientOptions['onCall'];

  constructor(options: GraphClientOptions) {
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.proofs = new AppSecretProofs(options.appSecretProof, options.otherAppSecrets);
    this.onCall = options.onCall;
    const connectTimeoutMs = Math.min(options.connectTimeoutMs ?? 5_000, this.timeoutMs);
    this.own = options.dispatcher ? undefined : ownPool(options, connectTimeoutMs);
    this.dispatcher = options.dispatcher ?? (this.own as Dispatcher);
  }

  /**
   * @throws {GraphApiError} the platform answered with an error
   * @throws {GraphCallError} it did not answer, or not readably
   */
  async call(request: GraphRequest, options: GraphCallOptions = {}): Promise<GraphResult> {
    const first = this.proofs.secretFor(request);
    try {
      return await this.callOnce(request, first, options);
    } catch (error) {
      if (!isProofRefusal(error)) throw error;
      const answer = await this.withAnotherProof(request, first, options);
      if (!answer) throw error;
      return answer;
    }
  }

  /** Ends the client's own connections once running calls are over. */
  async close(): Promise<void> {
    await this.own?.close();
  }

  /** @returns `undefined` when no other app secret makes a proof that Meta takes */
  private async withAnotherProof(
    request: GraphRequest,
    refused: string | undefined,
    options: GraphCallOptions,
  ): Promise<GraphResult | undefined> {
    for (const secret of this.proofs.othersThan(request, refused)) {
      try {
        const answer = await this.callOnce(request, secret, options);
        this.proofs.remember(request, secret);
        return answer;
      } catch (error) {
        if (isProofRefusal(error)) continue;
        // A refusal for another reason took the proof.
        if (error instanceof GraphApiError) this.proofs.remember(request, secret);
        throw error;
      }
    }
    return undefined;
  }

  private async callOnce(
    request: GraphRequest,
    appSecret: string | undefined,
    options: GraphCallOptions,
  ): Promise<GraphResult> {
    const { host, route, method } = request;
    const startedAt = performance.now();
    let answer: TokenExchangeResult | undefined;
    let failure: unknown;
    try {
      answer = await this.exchange(request, appSecret, options);
      return readAnswer({ host, route, method }, answer, secretsOf(request));
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.tell(request, answer, failure, performance.now() - startedAt);
    }
  }

  private async exchange(
    request: GraphRequest,
    appSecret: string | undefined,
    options: GraphCallOptions,
  ): Promise<TokenExchangeResult> {
    const { host, route, method } = request;
    try {
      const limits = { timeoutMs: options.timeoutMs ?? this.timeoutMs, maxBodyBytes, signal: options.signal };
      return await exchange(this.dispatcher, toHttp(request, appSecret), limits);
    } catch (error) {
      throw callError({ host, route, method }, error);
    }
  }

  private tell(
    request: GraphRequest,
    answer: TokenExchangeResult | undefined,
    failure: unknown,
    durationMs: number,
  ): void {
    if (!this.onCall) return;
    const { host, route, method, igId } = request;
    const refused = failure instanceof GraphApiError;
    const info: GraphCallInfo = {
      ...{ host, route, method, durationMs, igId },
      outcome: failure === undefined ? 'ok' : refused ? 'refused' : 'no_answer',
      status: answer?.status,
      code: refused ? failure.code : undefined,
      usage: answer && readUsage(answer.headers),
    };
    try {
      this.onCall(info);
    } catch (error) {
      // A message that was sent must not look failed because somebody could not count it.
      process.emitWarning(`The listener of Graph calls failed: ${String(error)}`);
    }
  }
}

function ownPool({ connections = 64, proxy }: GraphClientOptions, connectTimeoutMs: number): Agent | EnvHttpProxyAgent {
  const options = {
    connections,
    // One request a connection at a time: a reset must not leave several calls with an unknown outcome.
    pipelining: 1,
    keepAliveTimeout: 10_000,
    connect: { timeout: connectTimeoutMs },
  };
  return proxy ? new EnvHttpProxyAgent({ ...options, ...proxy }) : new Agent(options);
}

function toHttp(request: GraphRequest, appSecret: string | undefined): ExchangeRequest {
  const { url, query, json, form, raw, accessToken, method } = request;
  const proof = accessToken && appSecret ? { appsecret_proof: appSecretProof(accessToken, appSecret) } : {};
  if (strayPath.test(url)) throw new ExchangeError(false, undefined, 'ERR_INVALID_URL', undefined);
  const { origin, pathname } = new URL(url);
  const search = encode({ ...query, ...proof }).toString();
  return {
    origin,
    path: search === '' ? pathname : `${pathname}?${search}`,
    method,
    headers: {
      accept: 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(raw ? { 'content-type': raw.contentType } : {}),
    },
    body: raw?.body ?? (json ? JSON.stringify(json) : form ? encode(form).toString() : null),
  };
}

function encode(fields: Record<string, string | undefined>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

function secretsOf({ accessToken, secrets = [] }: GraphRequest): string[] {
  return accessToken === undefined ? [...secrets] : [accessToken, ...secrets];
}

const sentences: Record<GraphCallFailureReason, string> = {
  invalid: 'The request could not be made.',
  dns: 'The host’s name could not be resolved.',
  refused: 'The connection was refused.',
  connect: 'No connection could be made.',
  tls: 'No trusted connection could be made.',
  timeout: 'The call took too long.',
  aborted: 'The call was ended.',
  reset: 'The connection broke before the answer was there.',
  unreadable: 'The answer can’t be read.',
  closed: 'The client was closed.',
};

function callError(route: GraphRoute, error: unknown): GraphCallError {
  const { dispatched, limit, systemCode, status } =
    error instanceof ExchangeError ? error : new ExchangeError(false, undefined, codeOf(error), undefined);
  const reason = limit === 'too_large' ? 'unreadable' : (limit ?? reasonOf(systemCode, dispatched));
  const delivered = dispatched ? 'unknown' : 'no';
  const fate = dispatched ? ' It may have had its effect.' : ' Nothing was sent.';
  return new GraphCallError(sentences[reason] + fate, { ...route, reason, delivered, systemCode, httpStatus: status });
}

function reasonOf(systemCode: string | undefined, dispatched: boolean): GraphCallFailureReason {
  if (dispatched) return 'reset';
  if (systemCode === undefined) return 'connect';
  if (systemCode === 'ENOTFOUND' || systemCode === 'EAI_AGAIN') return 'dns';
  if (systemCode === 'ECONNREFUSED') return 'refused';
  if (systemCode === 'UND_ERR_INVALID_ARG' || systemCode === 'ERR_INVALID_URL') return 'invalid';
  if (systemCode === 'UND_ERR_CLOSED' || systemCode === 'UND_ERR_DESTROYED') return 'closed';
  return /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|UNABLE_TO_/.test(systemCode) ? 'tls' : 'connect';
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
