/** The server refused, in its one shape; or nothing came back (`code` `network`). */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    readonly code: string,
    /** 0: no answer. */
    readonly status: number,
    readonly requestId?: string,
    readonly details?: unknown,
    readonly retryAfterS?: number,
  ) {
    super(message);
  }

  /** Nobody knows whether the request did something; the same one may be sent again where it carries a key. */
  get isOpen(): boolean {
    return this.status === 0 || this.status === 401 || this.status === 429 || this.status === 500 || this.status >= 503;
  }
}

export function apiErrorOf(body: unknown, response: Response | undefined): ApiError {
  if (!response) return new ApiError('The server can’t be reached.', 'network', 0);
  const { error, code, request_id, details } = (typeof body === 'object' && body ? body : {}) as Record<
    string,
    unknown
  >;
  const retryAfter = Number(response.headers.get('retry-after'));
  return new ApiError(
    typeof error === 'string' ? error : `The server answered ${response.status}.`,
    typeof code === 'string' ? code : `http_${response.status}`,
    response.status,
    typeof request_id === 'string' ? request_id : undefined,
    details,
    retryAfter > 0 ? retryAfter : undefined,
  );
}
