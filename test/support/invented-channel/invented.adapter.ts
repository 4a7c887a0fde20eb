import { Inject, Injectable } from '@nestjs/common';
import type { ChannelAdapter, ChannelIdentity, ChannelOutbound, GivenToken } from '../../../src/channels/index.js';
import type { InventedAccount } from './invented-server.js';
import { inventedWebhook } from './invented-webhook.js';

declare module '../../../src/channels/channel.port.js' {
  interface ChannelNames {
    invented: true;
  }
}

export const INVENTED_URL = Symbol('INVENTED_URL');

/** Counted in characters, unlike Instagram's bytes. */
export const textCharacters = 60;

/** A channel that the product does not have: short texts, no tag for people, no media, no echoes, no past, no profiles. */
@Injectable()
export class InventedAdapter implements ChannelAdapter {
  readonly channel = 'invented';
  readonly platform = 'invented_post';
  readonly webhook = inventedWebhook;
  readonly connecting = {
    accountNoun: 'invented number',
    whereToRemove: () => 'the invented channel’s settings',
    identitiesOf: ({ accessToken }: GivenToken) => this.identitiesOf(accessToken),
  };
  readonly capabilities = {
    windowHours: 48,
    text: { max: textCharacters, unit: 'characters' as const },
    choices: [],
    media: {},
    privateReplies: false,
    unknownAccount: 'keep' as const,
    echoes: false,
    receipts: 'status' as const,
    personIds: 'stable' as const,
    givesBackHandles: false,
    isBilled: false,
    optOuts: false,
  };

  constructor(@Inject(INVENTED_URL) private readonly url: string) {}

  readonly outbound: ChannelOutbound = {
    send: async (_access, { recipientId, text = '' }) => {
      try {
        const body = JSON.stringify({ to: recipientId, text, note: text });
        const response = await fetch(`${this.url}/send`, { method: 'POST', body, signal: AbortSignal.timeout(5_000) });
        const result = (await response.json()) as { id: string };
        return { kind: 'sent', mid: result.id, result };
      } catch {
        return { kind: 'unknown', error: { kind: 'outcome_unknown', message: 'The connection broke.' } };
      }
    },
    splitText: (text) => text.match(new RegExp(`[^]{1,${textCharacters}}`, 'gu')) ?? [],
  };

  private async identitiesOf(accessToken: string): Promise<ChannelIdentity[]> {
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await fetch(`${this.url}/account`, { headers, signal: AbortSignal.timeout(5_000) });
    if (!response.ok) return [];
    const { number, name } = (await response.json()) as InventedAccount;
    const { platform } = this;
    const account = { platform, login: 'invented', externalId: number, username: name, meta: { id: number } };
    return [{ ...account, accessToken, scopes: [] }];
  }
}
