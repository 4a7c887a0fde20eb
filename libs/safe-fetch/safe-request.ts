import { Agent, buildConnector, request, type Dispatcher } from 'undici';
import { checkUrl, FetchRefusedError, type FetchPolicy } from './fetch-policy.js';
import { publicLookup } from './public-lookup.js';

export interface RequestToSend {
  method: string;
  headers?: Record<string, string>;
  body?: string;
}

/** What the other side said, whatever its status. */
export interface ReceivedResponse {
  status: number;
  contentType?: string;
  /** Empty where there was none, or it could not be read whole. */
  body: Buffer;
  /** Why the body is not there: the status holds all the same. */
  bodyProblem?: 'too_large' | 'cut_off';
}

/** The other side said nothing. */
export class RequestFailedError extends Error {
  override readonly name = 'RequestFailedError';

  constructor(
    /** Whether it may have got the request: then it may have acted on it. */
    readonly mayHaveArrived: boolean,
    /** Whether it was given up for the time it took. */
    readonly timedOut: boolean,
    cause: unknown,
  ) {
    super(timedOut ? 'The request was given up: it took too long.' : 'The request got no answer.', { cause });
  }
}

/**
 * One HTTP request that can't be turned against us, guarded as `safeFetch` is: https and known hosts only, the address
 * checked at the moment of connecting, bounded in size and time. A redirect is followed for GET, and within the same
 * origin alone: headers may hold secrets.
 * @throws {FetchRefusedError} when the policy says no; of anything but a GET's redirect nothing was sent then
 * @throws {RequestFailedError} no answer came
 * @throws whatever `signal` was aborted with
 */
export async function safeRequest(
  link: string,
  { method, headers = {}, body }: RequestToSend,
  policy: FetchPolicy,
  signal?: AbortSignal,
): Promise<ReceivedResponse> {
  const deadline = AbortSignal.timeout(policy.timeoutMs);
  const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
  let connected = false;
  const connect = buildConnector({ lookup: publicLookup(policy), timeout: Math.min(5_000, policy.timeoutMs) });
  const dispatcher = new Agent({
    connect: (options, callback) =>
      connect(options, (...result) => {
        connected ||= result[0] === null;
        callback(...result);
      }),
  });
  const hops = method === 'GET' ? (policy.maxRedirects ?? 3) : 0;
  let url = checkUrl(link, policy);
  try {
    for (let hop = 0; ; hop++) {
      const times = { headersTimeout: policy.timeoutMs, bodyTimeout: policy.timeoutMs };
      const options = { dispatcher, signal: both, method, headers, ...times };
      const answer = await request(url, body === undefined ? options : { ...options, body });
      const location = answer.headers['location'];
      if (method !== 'GET' || !isRedirect(answer.statusCode) || typeof location !== 'string')
        return await read(answer, policy);
      await answer.body.dump();
      if (hop >= hops) throw new FetchRefusedError('too_many_redirects', 'The address redirects too often.');
      url = sameOrigin(location, url, policy);
    }
  } catch (error) {
    signal?.throwIfAborted();
    const refusal = refusalIn(error);
    if (refusal) throw refusal;
    throw new RequestFailedError(connected, deadline.aborted || isTimeout(error), error);
  } finally {
    void dispatcher.destroy();
  }
}

async function read(
  { statusCode: status, headers, body }: Dispatcher.ResponseData,
  policy: FetchPolicy,
): Promise<ReceivedResponse> {
  const type = headers['content-type'];
  const head = { status, ...(typeof type === 'string' ? { contentType: type } : {}) };
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > policy.maxBytes) return { ...head, body: Buffer.alloc(0), bodyProblem: 'too_large' };
      chunks.push(chunk);
    }
  } catch {
    return { ...head, body: Buffer.alloc(0), bodyProblem: 'cut_off' };
  }
  return { ...head, body: Buffer.concat(chunks) };
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function sameOrigin(location: string, from: URL, policy: FetchPolicy): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to?.origin !== from.origin)
    throw new FetchRefusedError('host_not_allowed', 'The address redirects to another host.');
  return checkUrl(to.href, policy);
}

/** The refusal of an address comes out of the connection, wrapped or not. */
function refusalIn(error: unknown): FetchRefusedError | undefined {
  if (error instanceof FetchRefusedError) return error;
  const { cause } = error as { cause?: unknown };
  return cause instanceof FetchRefusedError ? cause : undefined;
}

function isTimeout(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return name === 'TimeoutError' || (code ?? '').includes('TIMEOUT');
}
