import { belongsTo, viewNames } from './views.js';

const now = Date.parse('2026-01-05T10:00:00.000Z');
const inHours = (hours: number) => new Date(now + hours * 3_600_000).toISOString();
const open = {
  archived: false,
  assignee: null,
  snoozed_until: null,
  unread_count: 0,
  waiting_since: null,
  window_closes_at: null,
};

describe('the lists that a conversation stands in', () => {
  it.each([
    ['nothing else', {}, ['open', 'all']],
    ['unread and waiting', { unread_count: 2, waiting_since: inHours(-1) }, ['open', 'unread', 'waiting', 'all']],
    [
      'waiting, with a window that ends soon',
      { waiting_since: inHours(-19), window_closes_at: inHours(5) },
      ['open', 'waiting', 'closing', 'all'],
    ],
    [
      'waiting, with a window that has ended',
      { waiting_since: inHours(-30), window_closes_at: inHours(-6) },
      ['open', 'waiting', 'all'],
    ],
    ['mine', { assignee: 'me' }, ['open', 'mine', 'all']],
    ['put off', { assignee: 'me', unread_count: 1, snoozed_until: inHours(1) }, ['snoozed', 'all']],
    ['put off until a time that has come', { snoozed_until: inHours(-1) }, ['open', 'all']],
    ['done', { archived: true, unread_count: 1 }, ['done', 'all']],
  ])('of one that is %s', (_what, change, expected) => {
    expect(viewNames.filter((view) => belongsTo(view, { ...open, ...change }, 'me', now))).toEqual(expected);
  });
});
