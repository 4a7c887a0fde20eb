import type { AccountSummary } from '../../accounts/index.js';
import { emptyConversation } from '../../conversations/index.js';
import { conversationView } from './conversation.view.js';

const now = new Date('2026-11-21T12:00:00Z');
const hours = { windowHours: 24, humanAgentWindowHours: 168 };
const known = emptyConversation(
  { _id: 'a'.repeat(24), channel: 'instagram', user_id: 'user-1' },
  '1254477777772222',
  now,
);
const account = { status: 'active' } as AccountSummary;
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

it.each([
  ['never', undefined, true],
  ['an hour ago', hoursAgo(1), true],
  ['a day ago', hoursAgo(24), false],
])('a person heard from %s can be answered: %p %p', (_when, last_inbound_at, can_reply) => {
  expect(conversationView({ ...known, last_inbound_at }, account, now, hours)).toMatchObject({ can_reply });
  expect(conversationView({ ...known, last_inbound_at }, null, now, hours)).toMatchObject({ can_reply: false });
});

it('has one external id before and after its thread is looked up', () => {
  const before = conversationView(known, account, now, hours);
  const after = conversationView({ ...known, external_id: 'thread-1' }, account, now, hours);

  expect([before.external_id, before.thread_id]).toEqual(['1254477777772222', null]);
  expect([after.external_id, after.thread_id]).toEqual(['1254477777772222', 'thread-1']);
});

it('shows the beginning of a long last message, in characters', () => {
  const { last_message } = conversationView({ ...known, last_message: '🎉'.repeat(500) }, account, now, hours);
  expect([...(last_message ?? '')]).toHaveLength(200);
});
