export { withOwnSignal, type OwnSignalOptions } from './own-signal.js';
