import { webhookFixture, webhookFixtures } from '../../../test/fixtures/webhook-fixtures.js';
import { summarizeDelivery } from './summarize-delivery.js';

const event = (sender: string, recipient: string, more: object = {}) => ({
  sender: { id: sender },
  recipient: { id: recipient },
  message: { mid: `${sender}-${recipient}`, text: 'x', ...more },
});

describe('the cheap pass at the door', () => {
  it('counts what stands in messaging, standby, changes and flat entries, and whose it is', () => {
    const body = {
      object: 'instagram',
      entry: [
        { id: '1', messaging: [event('c', '1'), event('1', 'c', { is_echo: true })], standby: [event('d', '1')] },
        { id: '2', changes: [{ field: 'comments', value: { id: 'x', from: { id: 'c' } } }] },
        { id: '45', messaging: [event('c', '3')] },
        { id: '4', field: 'messages', value: event('c', '4') },
        { id: '5' },
      ],
    };

    expect(summarizeDelivery(body)).toEqual({
      object: 'instagram',
      events: 6,
      accountIds: [['1'], ['2'], ['3', '45'], ['4'], []],
      isTest: false,
    });
  });

  it('never takes the customer for the account', () => {
    const named = webhookFixtures()
      .filter(({ name }) => name !== 'all-flags')
      .flatMap(({ payload }) => summarizeDelivery(payload).accountIds.flat());

    expect(named).not.toContain('1234567890123456');
  });

  it('knows the Test button by its ids, and only when every event is a test', () => {
    expect(summarizeDelivery(webhookFixture('test-button').payload).isTest).toBe(true);
    expect(summarizeDelivery(webhookFixture('text').payload).isTest).toBe(false);
    expect(summarizeDelivery({ entry: [{ id: '0', messaging: [] }] }).isTest).toBe(false);
    const mixed = {
      entry: [
        { id: '0', messaging: [event('12334', '23245')] },
        { id: '1', messaging: [event('c', '1')] },
      ],
    };
    expect(summarizeDelivery(mixed).isTest).toBe(false);
  });

  it.each([null, 7, 'x', [], {}, [null], { entry: null }])('finds nothing in %j', (body) => {
    expect(summarizeDelivery(body)).toMatchObject({ events: 0, isTest: false });
  });
});
