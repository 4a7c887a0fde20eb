import { Global, Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { GraphClient } from '#libs/graph-api';
import type { Channel, ChannelAdapter } from './channel.port.js';
import type { ConnectField } from './connecting.port.js';
import { CHANNEL_ADAPTERS, ChannelsService } from './channels.service.js';
import { GraphCallsService } from './graph/graph-calls.service.js';
import { GraphClientShutdownService } from './graph/graph-client-shutdown.service.js';
import { graphClientProvider } from './graph/graph-client.provider.js';
import { instagram } from './instagram/index.js';
import { messenger } from './messenger/index.js';
import { whatsapp } from './whatsapp/index.js';

/** What a channel's folder hands to the application. */
export interface ChannelRegistration {
  /** As the adapter's. */
  channel: Channel;
  /** The contract's word for it, as the adapter's. */
  platform: string;
  /** The logins that tokens come with: a request names one where there are several. */
  logins: readonly string[];
  /** What `POST /accounts` takes for it beside the token. */
  connectFields?: readonly ConnectField[];
  adapter: Type<ChannelAdapter>;
  /** What the adapter is made of, beside settings and the clock. */
  providers?: readonly Provider[];
}

/** Every channel of the product. A new one is a folder here and its entry in this list. */
export const channels: readonly ChannelRegistration[] = [instagram, messenger, whatsapp];

/** Gives every room the channels. Global, because a room that asks for one must not have to know which there are. */
@Global()
@Module({})
export class ChannelsModule {
  static forRoot(registrations: readonly ChannelRegistration[] = channels): DynamicModule {
    const adapters = registrations.map(({ adapter }) => adapter);
    return {
      module: ChannelsModule,
      providers: [
        ...registrations.flatMap(({ adapter, providers = [] }) => [adapter, ...providers]),
        {
          provide: CHANNEL_ADAPTERS,
          inject: adapters,
          useFactory: (...found: ChannelAdapter[]): readonly ChannelAdapter[] => found,
        },
        ChannelsService,
        GraphCallsService,
        graphClientProvider,
        GraphClientShutdownService,
      ],
      exports: [ChannelsService, GraphCallsService, GraphClient],
    };
  }
}
