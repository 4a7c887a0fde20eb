import type { GraphMessage } from '#libs/graph-api';
import type { AccountSummary } from '../../accounts/index.js';
import { missingIn, type Listed } from './timeline.js';

const account = { external_id: '178', username: 'shop' } as AccountSummary;
const second = 1_000;

/** Newest first, as Meta lists; `knownAt` for what is stored here. */
const listed = (
  ...messages: [id: string, from: 'us' | 'them' | 'untold', atMs: number, knownAt?: number][]
): Listed[] =>
  messages.map(([id, from, createdAt, knownAt]) => ({
    message: {
      id,
      createdAt,
      ...(from === 'untold' ? {} : { from: { id: from === 'us' ? '178' : '42' } }),
      to: [],
      attachments: [],
      reactions: [],
      raw: {},
    } satisfies GraphMessage,
    knownAt,
  }));
const told = (list: Listed[], sinceMs = 0) =>
  missingIn(list, account, sinceMs).map(({ message, at, unread }) => [message.id, at, unread]);

it('counts as unread what the customer wrote after the last message known here', () => {
  expect(told(listed(['c', 'them', 9 * second], ['b', 'them', 8 * second, 8_200], ['a', 'them', 7 * second]))).toEqual([
    ['a', 7_000, false],
    ['c', 9_000, true],
  ]);
});

it('counts as read what was answered since', () => {
  expect(told(listed(['c', 'them', 9 * second], ['b', 'us', 8 * second], ['a', 'them', 7 * second]))).toEqual([
    ['a', 7_000, false],
    ['b', 8_000, false],
    ['c', 9_000, true],
  ]);
});

it('counts nothing from before the given time as unread', () => {
  expect(told(listed(['b', 'them', 9 * second], ['a', 'them', 7 * second]), 8 * second)).toEqual([
    ['a', 7_000, false],
    ['b', 9_000, true],
  ]);
});

it('keeps Meta’s order among messages of one second', () => {
  const same = 5 * second;
  expect(told(listed(['d', 'them', same], ['c', 'us', same], ['b', 'them', same, 5_400], ['a', 'them', same]))).toEqual(
    [
      ['a', 5_000, false],
      ['c', 5_401, false],
      ['d', 5_402, true],
    ],
  );
});

it('leaves out messages that Meta tells no content of', () => {
  expect(told(listed(['b', 'them', 9 * second], ['a', 'untold', 7 * second]))).toEqual([['b', 9_000, true]]);
});
