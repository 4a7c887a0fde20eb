import type { Channel } from './channel.port.js';
import { channels } from './channels.module.js';

/** The product's channels as conversations, the blocklist and metrics call them: what the API documents and takes. */
export const channelNames: readonly Channel[] = channels.map(({ channel }) => channel);

/** The contract's words for them, on accounts and settings. */
export const platformNames: readonly string[] = channels.map(({ platform }) => platform);
