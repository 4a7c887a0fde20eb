import type { Channel } from './channel.port.js';
import type { ConnectField } from './connecting.port.js';
import { channels } from './channels.module.js';

/** The product's channels as conversations, the blocklist and metrics call them: what the API documents and takes. */
export const channelNames: readonly Channel[] = channels.map(({ channel }) => channel);

/** The channel of what was written when there was no other. */
export const firstChannel = channelNames[0] as Channel;

/** The contract's words for channels, on accounts and settings. */
export const platformNames: readonly string[] = channels.map(({ platform }) => platform);

/** The logins that an account's token may come with. */
export const loginNames: readonly string[] = [...new Set(channels.flatMap(({ logins }) => logins))];

/** Platforms with several logins: a token alone does not tell which of them it came with. */
export const platformsWithLogins: readonly string[] = channels
  .filter(({ logins }) => logins.length > 1)
  .map(({ platform }) => platform);

/** What connecting takes beside a token, and for which platform. */
export const connectFields: readonly (ConnectField & { platform: string })[] = channels.flatMap(
  ({ platform, connectFields: fields = [] }) => fields.map((field) => ({ ...field, platform })),
);
