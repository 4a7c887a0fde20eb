import type { GraphClient } from '#libs/graph-api';
import type { CallOptions, ChannelSubscription } from '../facets.port.js';
import { graphAccessOf } from './graph-access.js';
import type { ChannelAccess } from '../outbound.port.js';

interface Wanted {
  fields: readonly string[];
  requiredField: string;
  /** The app of a login, as Meta names it; `undefined` where none is configured. */
  appIdOf(login: string): string | undefined;
}

/** Subscribes accounts to webhooks through the Graph API. */
export class GraphSubscription implements ChannelSubscription {
  readonly fields: readonly string[];
  readonly requiredField: string;

  constructor(
    private readonly graph: GraphClient,
    private readonly wanted: Wanted,
  ) {
    this.fields = wanted.fields;
    this.requiredField = wanted.requiredField;
  }

  /** The list has every app that the account is subscribed to; some lists name none. */
  async listed(access: ChannelAccess, options?: CallOptions): Promise<string[]> {
    const own = this.wanted.appIdOf(access.login);
    const subscriptions = await this.graph.getSubscriptions(graphAccessOf(access), options);
    const ours = subscriptions.filter(({ appId }) => own === undefined || appId === undefined || appId === own);
    return [...new Set(ours.flatMap(({ fields }) => fields))];
  }

  async subscribe(access: ChannelAccess, options?: CallOptions): Promise<{ refused: string[] }> {
    // A Page's list is one for all of its channels, and what is written replaces it.
    const others = access.login === 'facebook' ? await this.listed(access, options) : [];
    const fields = [...new Set([...this.fields, ...others])];
    const { refused } = await this.graph.subscribe(graphAccessOf(access), fields, options);
    return { refused };
  }

  async unsubscribe(access: ChannelAccess, options?: CallOptions): Promise<void> {
    await this.graph.unsubscribe(graphAccessOf(access), options);
  }
}
