import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { channelFixture, channelFixtures, inOneLine } from '../../test/fixtures/channel-fixtures.js';
import { decodeWhatsAppDelivery, summarizeWhatsAppDelivery } from './decode-delivery.js';

const at = 1_795_867_200_000;
const fixtures = channelFixtures('webhook.whatsapp').filter(({ name }) => name !== 'wa-webhook-verify');
const expected = JSON.parse(readFileSync(resolve('test/fixtures/channels-expected/whatsapp.json'), 'utf8')) as Record<
  string,
  string[]
>;
const eventsOf = (body: unknown) =>
  decodeWhatsAppDelivery(body, { receivedAt: at + 60_000 }).entries.flatMap(({ events }) => events);

describe('deliveries of the WhatsApp Cloud API', () => {
  it.each(fixtures)('reads $name', ({ name, payload }) => {
    expect(eventsOf(payload).map((event) => inOneLine(event, at))).toEqual(expected[name]);
  });

  it.each(fixtures)('counts the same of $name at the door, and names the number', ({ payload }) => {
    const { events, accountIds } = summarizeWhatsAppDelivery(payload);
    expect(events).toBe(eventsOf(payload).length);
    expect(accountIds.flat()).toHaveLength(1);
  });

  it('tells the numbers of one business apart, and its test button by its constants', () => {
    const change = (number: string) => ({
      field: 'messages',
      value: { metadata: { phone_number_id: number }, messages: [{ id: `w-${number}`, from: '1', type: 'text', text: { body: 'x' } }] },
    }); // prettier-ignore
    const body = { object: 'whatsapp_business_account', entry: [{ id: '9', changes: [change('5'), change('6')] }] };
    expect(summarizeWhatsAppDelivery(body)).toMatchObject({ events: 2, accountIds: [['5'], ['6']], isTest: false });
    expect(summarizeWhatsAppDelivery(channelFixture('wa-dashboard-sample').payload).isTest).toBe(true);
  });

  it('never throws, whatever stands where', () => {
    const json = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom(null, true, 7, '', 'text', 'sent', 'system', '15550009876', 'US.1'),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom(
            ...['entry', 'changes', 'field', 'value', 'messages', 'statuses', 'contacts', 'type', 'text', 'id', 'from'],
            ...['metadata', 'phone_number_id', 'errors', 'history', 'threads', 'system', 'message_echoes', 'timestamp'],
          ),
          tie('any'),
          { maxKeys: 5 },
        ),
      ),
    })).any;
    fc.assert(
      fc.property(json, (body) => {
        expect(eventsOf(body)).toHaveLength(summarizeWhatsAppDelivery(body).events);
      }),
      { numRuns: 500 },
    );
  });
});
