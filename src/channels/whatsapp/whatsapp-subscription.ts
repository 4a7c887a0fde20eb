import { isObject, listIn, toId, type GraphClient } from '#libs/graph-api';
import type { CallOptions, ChannelSubscription } from '../facets.port.js';
import type { ChannelAccess } from '../outbound.port.js';

/**
 * Subscribes the app to a business account: all of its numbers at once. Which fields come is set for the app, in its
 * dashboard, and not told here; what can be told is whether the app is subscribed at all.
 */
export class WhatsAppSubscription implements ChannelSubscription {
  readonly fields = ['messages'];
  readonly requiredField = 'messages';

  constructor(
    private readonly graph: GraphClient,
    private readonly appId: string | undefined,
  ) {}

  async listed(access: ChannelAccess, options?: CallOptions): Promise<string[]> {
    const answer = await this.call(access, 'GET', options);
    const apps = isObject(answer) ? listIn(answer.data).filter(isObject) : [];
    const ids = apps.map((app) =>
      toId(isObject(app.whatsapp_business_api_data) ? app.whatsapp_business_api_data.id : app.id),
    );
    const isOurs = ids.some((id) => this.appId === undefined || id === undefined || id === this.appId);
    return isOurs ? [...this.fields] : [];
  }

  async subscribe(access: ChannelAccess, options?: CallOptions): Promise<{ refused: string[] }> {
    await this.call(access, 'POST', options);
    return { refused: [] };
  }

  async unsubscribe(access: ChannelAccess, options?: CallOptions): Promise<void> {
    await this.call(access, 'DELETE', options);
  }

  private call(access: ChannelAccess, method: 'GET' | 'POST' | 'DELETE', options?: CallOptions): Promise<unknown> {
    const { accessToken, externalId: accountId, channelData } = access;
    const path = [toId(channelData?.['waba_id']) ?? '', 'subscribed_apps'];
    return this.graph.request(
      { login: 'facebook', accessToken },
      'whatsapp_subscription',
      { method, path, accountId },
      options,
    );
  }
}
