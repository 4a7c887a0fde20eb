import { decodeDelivery, type WebhookEvent } from '#libs/graph-api';
import { webhookFixture } from '../../test/fixtures/webhook-fixtures.js';
import { agentMayAnswer } from './may-answer.js';

const account = '17841400008460056';
const customer = '1234567890123456';
const ownIds = new Set([account, '26000000000000001']);

function eventOf(fixture: string): WebhookEvent {
  return decodeDelivery(webhookFixture(fixture).payload).entries[0]!.events[0]!;
}

describe('what the agent may answer', () => {
  it.each([
    'text',
    'quick-reply',
    'postback',
    'postback-no-mid',
    'story-reply',
    'attachment-image',
    'attachment-audio',
  ])('answers %s', (fixture) => expect(agentMayAnswer(eventOf(fixture), ownIds)).toBe(true));

  it.each([
    ...[
      'echo',
      'echo-string-flag',
      'all-flags',
      'unsend',
      'unsend-string',
      'self-echo',
      'self-postback',
      'self-comment',
    ],
    ...['read', 'reaction', 'message-edit', 'edit-zero', 'standby-message', 'standby-postback', 'standby-changes'],
    ...['test-button', 'test-button-event-data', 'referral-igme', 'optin', 'handover-pass', 'comment-flat'],
    ...[
      'mention-media',
      'unknown-kind',
      'unsupported',
      'story-mention',
      'attachment-like-heart',
      'attachment-ephemeral',
    ],
  ])('never answers %s', (fixture) => expect(agentMayAnswer(eventOf(fixture), ownIds)).toBe(false));

  it('never answers what our own account sent without an echo flag', () => {
    const event = { ...eventOf('text'), senderId: account, recipientId: customer };

    expect(agentMayAnswer(event, ownIds)).toBe(false);
  });
});
