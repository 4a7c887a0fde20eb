export { Live } from './live.js';
export type { LineState } from './live-connection.js';
export type { SseEvent } from './sse-parser.js';
