export {
  checkAddress,
  checkUrl,
  FetchRefusedError,
  FetchUnavailableError,
  type FetchPolicy,
  type RefusalReason,
} from './fetch-policy.js';
export { safeFetch, type Download, type DownloadOptions } from './safe-fetch.js';
export { RequestFailedError, safeRequest, type ReceivedResponse, type RequestToSend } from './safe-request.js';
