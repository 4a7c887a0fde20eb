import { Transform, type Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { checkUrl, FetchRefusedError, FetchUnavailableError, type FetchPolicy } from './fetch-policy.js';
import { publicLookup } from './public-lookup.js';

export interface Download {
  /** As the server names it; trust the bytes instead. */
  contentType?: string;
  /** Where `range` was asked for and given: which bytes these are, as `bytes 0-99/200`. */
  contentRange?: string;
  /** How many bytes there will be, where the server says so. */
  contentLength?: number;
  /** Fails with {@link FetchRefusedError} once more than `maxBytes` came. Must be read to its end or destroyed. */
  body: Readable;
}

export interface DownloadOptions {
  /** The value of a `Range` header. */
  range?: string;
  credential?: { authorization: string; hosts: readonly string[] };
}

/**
 * Opens a download that can't be turned against us: https and known hosts only, the address checked at the moment of
 * connecting, each redirect checked again, bounded in size and time.
 * @param options a `Range` header to pass on (the server may give everything nevertheless), and what opens the door of some
 * hosts: it goes to these alone, and to none that they redirect to
 * @throws {FetchRefusedError} when the policy says no, or the server answers anything else but 200 (206 with a range)
 * @throws {FetchUnavailableError} when the server is overloaded or broken, which passes
 */
export async function safeFetch(
  link: string,
  policy: FetchPolicy,
  signal?: AbortSignal,
  { range, credential }: DownloadOptions = {},
): Promise<Download> {
  const deadline = AbortSignal.timeout(policy.timeoutMs);
  const both = signal ? AbortSignal.any([signal, deadline]) : deadline;
  const dispatcher = new Agent({
    connect: { lookup: publicLookup(policy), timeout: Math.min(5_000, policy.timeoutMs) },
  });
  let url = checkUrl(link, policy);
  try {
    for (let redirects = 0; redirects <= (policy.maxRedirects ?? 3); redirects++) {
      const answer = await request(url, {
        dispatcher,
        headers: {
          ...(range === undefined ? {} : { range }),
          ...(credential && redirects === 0 && credential.hosts.includes(url.hostname)
            ? { authorization: credential.authorization }
            : {}),
        },
        signal: both,
        headersTimeout: policy.timeoutMs,
        bodyTimeout: policy.timeoutMs,
      });
      const location = answer.headers['location'];
      if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === 'string') {
        await answer.body.dump();
        url = checkUrl(new URL(location, url).href, policy);
        continue;
      }
      return open(answer, policy, dispatcher, range !== undefined);
    }
    throw new FetchRefusedError('too_many_redirects', 'The link redirects too often.');
  } catch (error) {
    void dispatcher.destroy();
    throw error;
  }
}

function open(answer: Dispatcher.ResponseData, policy: FetchPolicy, dispatcher: Agent, takesPart: boolean): Download {
  const { statusCode, headers } = answer;
  if (isTemporary(statusCode)) throw new FetchUnavailableError(`The link answered ${statusCode}.`);
  if (statusCode !== 200 && !(takesPart && statusCode === 206))
    throw new FetchRefusedError('bad_status', `The link answered ${statusCode}.`);
  if (Number(headers['content-length'] ?? 0) > policy.maxBytes) throw tooLarge(policy);
  const capped = answer.body.pipe(capAt(policy));
  answer.body.once('error', (error) => capped.destroy(error));
  capped.once('close', () => {
    answer.body.destroy();
    void dispatcher.destroy();
  });
  const type = headers['content-type'];
  const range = statusCode === 206 ? headers['content-range'] : undefined;
  const length = Number(headers['content-length'] ?? NaN);
  return {
    ...(typeof type === 'string' ? { contentType: type } : {}),
    ...(typeof range === 'string' ? { contentRange: range } : {}),
    ...(Number.isSafeInteger(length) ? { contentLength: length } : {}),
    body: capped,
  };
}

/** Said of the server's state, not of the link. */
function isTemporary(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status);
}

/** Counts what really comes: `content-length` is the server's word. */
function capAt(policy: FetchPolicy): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > policy.maxBytes) done(tooLarge(policy));
      else done(null, chunk);
    },
  });
}

function tooLarge({ maxBytes }: FetchPolicy): FetchRefusedError {
  return new FetchRefusedError('too_large', `The file is larger than ${maxBytes} bytes.`);
}
