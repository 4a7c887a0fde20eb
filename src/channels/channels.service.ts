import { Inject, Injectable } from '@nestjs/common';
import { readObjectName } from '#libs/graph-api';
import type { Channel, ChannelAdapter } from './channel.port.js';

/** Injection token of the list of adapters. */
export const CHANNEL_ADAPTERS = Symbol('CHANNEL_ADAPTERS');

/** Finds the adapter of a channel, by whichever of its names is at hand. */
@Injectable()
export class ChannelsService {
  private readonly byChannel: ReadonlyMap<string, ChannelAdapter>;
  private readonly byPlatform: ReadonlyMap<string, ChannelAdapter>;
  private readonly byObject: ReadonlyMap<string, ChannelAdapter>;

  constructor(@Inject(CHANNEL_ADAPTERS) readonly all: readonly ChannelAdapter[]) {
    if (all.length === 0) throw new Error('No channel is registered.');
    this.byChannel = indexed(all, ({ channel }) => [channel]);
    this.byPlatform = indexed(all, ({ platform }) => [platform]);
    this.byObject = indexed(all, ({ webhook }) => webhook.objects);
  }

  /** @throws {Error} for a name that is not registered: stored data of a channel this process does not carry */
  get(channel: Channel): ChannelAdapter {
    return found(this.byChannel, channel, 'channel');
  }

  /** The channel of what was written when there was no other. */
  get first(): ChannelAdapter {
    return this.all[0] as ChannelAdapter;
  }

  /** By the contract's word on accounts. @throws {Error} for one that is not registered */
  ofPlatform(platform: string): ChannelAdapter {
    return found(this.byPlatform, platform, 'platform');
  }

  /** By the contract's word, as a request may say anything for it. */
  findByPlatform(platform: string): ChannelAdapter | undefined {
    return this.byPlatform.get(platform);
  }

  /**
   * By either of its names, as a request may use it; the first channel where it uses none.
   * @throws {Error} for one that is not registered: validate before
   */
  named(name = this.first.channel as string): ChannelAdapter {
    return this.byChannel.get(name) ?? this.ofPlatform(name);
  }

  /**
   * An id that a channel gave, told apart from another channel's. The first channel's are bare: they were written when
   * there was no other.
   */
  qualify(channel: Channel, id: string): string {
    const name: string = channel;
    return name === this.first.channel ? id : `${name}:${id}`;
  }

  /** The channel and the id of {@link qualify}; `undefined` for a channel that is not registered. */
  unqualify(qualified: string): { channel: Channel; id: string } | undefined {
    const colon = qualified.indexOf(':');
    const adapter = colon < 0 ? this.first : this.byChannel.get(qualified.slice(0, colon));
    return adapter && { channel: adapter.channel, id: qualified.slice(colon + 1) };
  }

  /**
   * Whose a parsed delivery is, by its `object` in any case; `undefined` for an object that no channel reads. Samples of
   * Meta's dashboard come without an envelope: what says no `object` is the first channel's.
   */
  ofDelivery(body: unknown): ChannelAdapter | undefined {
    const object = readObjectName(body);
    return object === undefined ? this.first : this.byObject.get(object.toLowerCase());
  }
}

function indexed(
  adapters: readonly ChannelAdapter[],
  namesOf: (adapter: ChannelAdapter) => readonly string[],
): ReadonlyMap<string, ChannelAdapter> {
  const index = new Map<string, ChannelAdapter>();
  for (const adapter of adapters) {
    for (const name of namesOf(adapter)) {
      if (index.has(name)) throw new Error(`Two channels are registered as "${name}".`);
      index.set(name, adapter);
    }
  }
  return index;
}

function found(index: ReadonlyMap<string, ChannelAdapter>, name: string, what: string): ChannelAdapter {
  const adapter = index.get(name);
  if (!adapter) throw new Error(`No channel is registered for the ${what} "${name}".`);
  return adapter;
}
