import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { channelFixtures, inOneLine } from '../../../test/fixtures/channel-fixtures.js';
import { decodePageDelivery } from './page-delivery.js';
import { summarizeDelivery } from './summarize-delivery.js';

const at = 1_795_867_200_000;
const fixtures = channelFixtures('webhook.messenger').filter(({ name }) => name !== 'fb-webhook-verify');
const expected = JSON.parse(readFileSync(resolve('test/fixtures/channels-expected/messenger.json'), 'utf8')) as Record<
  string,
  string[]
>;

describe('deliveries of a Page', () => {
  it.each(fixtures)('reads $name', ({ name, payload }) => {
    const { entries } = decodePageDelivery(payload, { receivedAt: at + 60_000 });
    expect(entries.flatMap(({ events }) => events).map((event) => inOneLine(event, at))).toEqual(expected[name]);
  });

  it('names the Page and nobody else as the account', () => {
    const ids = fixtures.flatMap(({ payload }) => summarizeDelivery(payload).accountIds.flat());
    expect(new Set(ids)).toEqual(new Set(['107000000000003', '107000000000013', '23245', '0']));
  });

  it('takes the handle of a send from its echo alone, and says of an echo without one that it is not ours', () => {
    const message = (more: object) => ({
      object: 'page',
      entry: [{ id: '1', messaging: [{ sender: { id: '1' }, recipient: { id: '2' }, timestamp: at, message: { mid: 'm', text: 'x', ...more } }] }],
    }); // prettier-ignore
    const handleOf = (more: object) => {
      const [event] = decodePageDelivery(message(more)).entries[0]?.events ?? [];
      return event?.kind === 'message' ? event.sendHandle : 'no message';
    };
    expect(handleOf({ is_echo: true, metadata: 'h.1' })).toBe('h.1');
    expect(handleOf({ is_echo: true })).toBeNull();
    expect(handleOf({ metadata: 'h.1' })).toBeUndefined();
  });
});
