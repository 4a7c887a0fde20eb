import { channels, firstChannel, type Channel } from '../../channels/index.js';
import type { DmRecord } from '../dm.schema.js';

/** What a request names a channel by: its name, the accounts' word for it, or all of them. */
export const askableChannels: readonly string[] = [
  ...channels.map(({ channel }) => channel),
  ...channels.map(({ platform }) => platform),
  'all',
];

/** The channel of one of {@link askableChannels}; `undefined` for all. */
export function channelNamed(name: string): Channel | undefined {
  return channels.find(({ channel, platform }) => name === channel || name === platform)?.channel;
}

export function channelOf({ platform }: Pick<DmRecord, 'platform'>): Channel {
  return platform ?? firstChannel;
}

/** @param wanted `undefined`: any */
export function isOfChannel(dm: Pick<DmRecord, 'platform'>, wanted: Channel | undefined): boolean {
  return wanted === undefined || channelOf(dm) === wanted;
}
