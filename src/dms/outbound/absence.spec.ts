import { readListing, untoldIn, type Holder, type ListingSays } from './absence.js';
import type { Listing, ShownMessage } from '../../channels/index.js';

const startedAt = Date.parse('2026-11-21T12:00:00Z');
const send = { text: 'We open at nine.', first_sending_at: new Date(startedAt), created_at: new Date(startedAt - 900) };

/** Seconds are counted from the first call. */
const ours = (mid: string, atS: number, text = 'We open at nine.'): ShownMessage => ({
  ...{ mid, isOurs: true, text, attachments: [], timestamp: startedAt + atS * 1_000 },
});
const theirs = (mid: string, atS: number): ShownMessage => ({ ...ours(mid, atS, 'When do you open?'), isOurs: false });
const stored = (atS: number, made: Partial<Holder> = {}): Holder => ({
  ...{ attachments: [], direction: 'inbound', created_at: new Date(startedAt + atS * 1_000), ...made },
});
const question = theirs('question', -60);
const questionStored = ['question', stored(-59)] as const;

function says(
  messages: ShownMessage[],
  held: (readonly [string, Holder])[] = [questionStored],
  made: Partial<Listing> & { knowsOlder?: boolean } = {},
): ListingSays['kind'] {
  const { knowsOlder = true, isWhole = true } = made;
  return readListing(send, { messages, isWhole }, { held: new Map(held), knowsOlder }).kind;
}

describe('what a listing says about a send', () => {
  it('nothing, when it goes back to what was stored before the call, and no message of ours can be the send', () => {
    expect(says([question])).toBe('nothing');
    expect(says([theirs('more', 20), ours('other', 10, 'Good morning!'), question])).toBe('nothing');
  });

  it('found, for the same words since the call that nobody here knows, or knows only by what was said about them', () => {
    expect(says([ours('new', 1), question])).toBe('found');
    expect(says([ours('new', -4), question])).toBe('found');
    expect(says([ours('new', 1), question], [questionStored, ['new', stored(2, { placeholder: true })]])).toBe('found');
  });

  it('the oldest of several is the one', () => {
    const listing = { messages: [ours('second', 9), ours('first', 1), question], isWhole: true };

    expect(readListing(send, listing, { held: new Map(), knowsOlder: false })).toEqual({ kind: 'found', mid: 'first' });
  });

  it.each<[string, ShownMessage[]]>([
    ['shows nothing at all', []],
    ['has an end, but not what was stored before the call', [theirs('more', 20)]],
    ['has a message without a sender', [{ mid: 'bare', attachments: [], timestamp: startedAt }, question]],
    ['has a message without a time', [{ ...theirs('bare', 0), timestamp: undefined }, question]],
    ['has a message of ours without content', [{ ...ours('bare', 2), text: undefined }, question]],
    ['has a message of ours whose content it can’t show', [ours('bare', 2, ''), question]],
    ['has the words before the call, by a clock that may be off', [ours('skewed', -6), question]],
    ['has the words minutes before the call, by a clock that may be off', [ours('skewed', -240), theirs('q', -301)]],
    ['has the words in another spelling', [ours('changed', 2, 'we open at NINE'), question]],
    ['has the words with more around them', [ours('changed', 2, 'We open at nine. Shop'), question]],
  ])('nothing that can be relied on: it %s', (_what, messages) => {
    expect(says(messages)).toBe('unclear');
  });

  it('nothing that can be relied on, while an echo of the same words was stored on its own since', () => {
    const stray = ['stray', stored(3, { direction: 'outbound', text: 'We open at nine.' })] as const;

    expect(says([ours('stray', 2), question], [questionStored, stray])).toBe('unclear');
  });

  it('nothing, when the same words are another send of ours, or were here before', () => {
    const another = stored(20, { direction: 'outbound', text: 'We open at nine.', send_key: 'api:2:0' });
    const earlier = stored(-30, { direction: 'outbound', text: 'We open at nine.' });

    expect(says([ours('twin', 20), question], [questionStored, ['twin', another]])).toBe('nothing');
    expect(says([ours('earlier', -31), question], [['earlier', earlier]])).toBe('nothing');
  });

  it('a message of ours that was queued before the call and sent after it proves no reach', () => {
    const later = stored(-10, { direction: 'outbound', send_key: 'api:2:0', sending_at: new Date(startedAt + 9_000) });

    expect(says([ours('later', 10, 'Another')], [['later', later]])).toBe('unclear');
  });

  it('out of sight, when it ends before it gets to the time of the call', () => {
    expect(says([theirs('c', 30), theirs('b', 20)], [], { isWhole: false })).toBe('out_of_sight');
  });

  it('nothing, when it goes back minutes further than the call', () => {
    expect(says([theirs('b', 20), theirs('a', -301)], [], { isWhole: false })).toBe('nothing');
  });

  it('nothing, when it is whole and no older message is known here', () => {
    expect(says([theirs('first', -2)], [], { knowsOlder: false })).toBe('nothing');
  });

  it('an attachment may be shown as another kind', () => {
    const picture = {
      ...send,
      text: undefined,
      outbound: { attachment: { type: 'audio' as const, url: 'https://a.b/c' } },
    };
    const read = (type: string) =>
      readListing(
        picture,
        { messages: [{ ...ours('file', 1, ''), attachments: [{ type }] }, question], isWhole: true },
        { held: new Map([questionStored]), knowsOlder: true },
      ).kind;

    expect([read('audio'), read('file')]).toEqual(['found', 'unclear']);
  });
});

describe('what must be asked for by its id', () => {
  it('is what the list tells too little of, nobody here knows, and may be as new as the call', () => {
    const bare = (mid: string): ShownMessage => ({ mid, attachments: [] });
    const messages = [bare('new'), bare('known'), theirs('told', 3), question, bare('old')];

    const held = new Map([questionStored, ['known', stored(5)] as const]);

    expect(untoldIn(send, { messages, isWhole: true }, held)).toEqual(['new']);
  });
});
