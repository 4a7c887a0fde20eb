import { expireSession, pastedToken } from '../session/index.js';
import { apiErrorOf } from './api-error.js';
import { client } from './generated/client.gen.js';

export * from './generated/sdk.gen.js';
export type * from './generated/types.gen.js';
export { ApiError } from './api-error.js';

const timeoutMs = 30_000;

client.setConfig({
  baseUrl: '',
  auth: () => pastedToken(),
  throwOnError: true,
  fetch: (request) => fetch(request, { signal: AbortSignal.timeout(timeoutMs) }),
});
client.interceptors.error.use((body, response: Response | undefined) => {
  if (response?.status === 401) expireSession();
  return apiErrorOf(body, response);
});

/** What every call is given: a refusal is thrown, as an `ApiError`. */
export const calling = { throwOnError: true } as const;
