export { untilAborted, withOwnSignal, type OwnSignalOptions } from './own-signal.js';
