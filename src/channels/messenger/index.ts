import { MessengerAdapter } from './messenger.adapter.js';

export const messenger = { adapter: MessengerAdapter };
