import { webhookFixture } from '../../../test/fixtures/webhook-fixtures.js';
import { decodeDelivery } from './decode-delivery.js';
import { directionOf, participantOf } from './direction.js';
import type { WebhookEvent } from './webhook-event.js';

const account = '17841400008460056';
const customer = '1234567890123456';
const ownIds = new Set([account, '26000000000000001']);

function eventOf(fixture: string): WebhookEvent {
  return decodeDelivery(webhookFixture(fixture).payload).entries[0]!.events[0]!;
}

describe('the direction of an event', () => {
  it.each([
    ['text', 'inbound', customer],
    ['echo', 'outbound', customer],
    ['unsend-echo', 'outbound', customer],
    ['reaction', 'inbound', customer],
    ['comment-flat', 'inbound', customer],
    ['self-echo', 'outbound', '45202218377435'],
    ['self-postback', 'outbound', '45202218377435'],
  ])('of %s is %s, with %s', (fixture, direction, participant) => {
    const event = eventOf(fixture);

    expect(directionOf(event, ownIds)).toBe(direction);
    expect(participantOf(event, ownIds)).toBe(participant);
  });

  it('follows the sender where the echo flag is wrong, as in the official sample', () => {
    const event = eventOf('all-flags');

    expect(event.isEcho).toBe(true);
    expect(directionOf(event, ownIds)).toBe('inbound');
    expect(participantOf(event, ownIds)).toBe(customer);
  });

  it('follows the sender where the echo flag is missing', () => {
    expect(directionOf({ senderId: account, recipientId: customer, isEcho: false }, ownIds)).toBe('outbound');
  });

  it('falls back on the echo flag where neither side is known', () => {
    expect(directionOf({ senderId: 'a', recipientId: 'b', isEcho: true }, ownIds)).toBe('outbound');
    expect(participantOf({ senderId: 'a', recipientId: 'b', isEcho: true }, ownIds)).toBe('b');
    expect(directionOf({ isEcho: false }, ownIds)).toBe('inbound');
    expect(participantOf({ isEcho: false }, ownIds)).toBeUndefined();
  });

  it('keys a message to oneself by the scoped id, whichever side carries it', () => {
    const scoped = '45202218377435';

    expect(participantOf({ senderId: account, recipientId: scoped, isEcho: true }, ownIds)).toBe(scoped);
    expect(participantOf({ senderId: scoped, recipientId: account, isEcho: false }, ownIds)).toBe(scoped);
  });
});
