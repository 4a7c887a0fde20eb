import fc from 'fast-check';
import { decode, echo, fetched, inbound, Memory, memoryWithSend } from '../../../test/support/ingest-memory.js';

/** A conversation in which everything that can overtake something happens. */
const told = decode([
  inbound({ message: { mid: 'm1', text: 'hello' } }),
  echo({ mid: 'greeting', text: 'Hi! Thanks for your message.' }, 1.9),
  inbound({ message: { mid: 'm2', text: 'typo' } }),
  inbound({ message_edit: { mid: 'm2', text: 'fixed once', num_edit: '1' } }),
  inbound({ message_edit: { mid: 'm2', text: 'fixed twice', num_edit: 2 } }),
  echo({ mid: 'ours', text: 'Our  answer' }),
  echo({ mid: 'human', text: 'A person here' }, 9.5),
  inbound({ message: { mid: 'm7', text: 'and this' } }, 9.2),
  echo({ mid: 'quick', text: 'One moment' }, 9.9),
  inbound({ reaction: { mid: 'ours', action: 'react', reaction: 'love', emoji: '❤' } }),
  inbound({ reaction: { mid: 'ours', action: 'unreact' } }),
  inbound({ reaction: { mid: 'ours', action: 'react', reaction: 'wow', emoji: '😮' } }),
  inbound({ read: { mid: 'human' } }),
  inbound({ message: { mid: 'm3', text: 'secret' } }),
  inbound({ message: { mid: 'm3', is_deleted: true } }),
  echo({ mid: 'human', is_deleted: true }),
  inbound({ postback: { title: 'Prices', payload: 'P' } }),
  inbound({ referral: { ref: 'ad-1', source: 'ADS', type: 'OPEN_THREAD' } }),
  inbound({ referral: { ref: 'ad-2', source: 'ADS', type: 'OPEN_THREAD' } }),
  inbound({ message: { mid: 'm4', text: 'and one more', reply_to: { mid: 'ours' } } }),
  inbound({ message_pin: { mid: 'm1' } }),
  inbound({ message_pin: { mid: 'human' } }),
  inbound({ delivery: { mids: ['ours'] } }),
  inbound({ message: { mid: 'm5', text: 'two tables for eight' } }),
  inbound({ message_edit: { mid: 'm5', num_edit: 0 } }),
  inbound({ message_edit: { mid: 'm5', num_edit: 1 } }),
  inbound({ message: { mid: 'm6', text: 'not this' } }),
  inbound({ message_edit: { mid: 'm6', num_edit: 1, text: '' } }),
  { ...echo({}), message: undefined, message_edit: { mid: 'ours', text: 'Our new answer', num_edit: 1 } },
]);
const story = [...told, ...fetched(told, ['ours', 'human', 'm3', 'm4'])];

/** What a dashboard could tell apart; ids and times of writing are chance. */
function endState(memory: Memory): unknown {
  const dms = [...memory.dms.values()].map(
    ({ _id, raw: _raw, created_at: _c, updated_at: _u, read_at, delivery_ids: _d, ...dm }) => ({
      ...dm,
      was_read: read_at !== undefined,
    }),
  );
  const conversations = [...memory.conversations.values()].map(
    ({ created_at: _c, updated_at: _u, read_up_to_at: _r, waiting_since: since, ...conversation }) => ({
      ...conversation,
      // Of several that came after a late answer nobody knows which was the first.
      waits: since !== undefined,
    }),
  );
  return JSON.parse(
    JSON.stringify({ dms: dms.sort((a, b) => (a.message_id ?? '').localeCompare(b.message_id ?? '')), conversations }),
  );
}

describe('a batch of events', () => {
  const expected = (() => {
    const memory = memoryWithSend();
    for (const event of story) memory.store([event]);
    return endState(memory);
  })();

  it('ends in the same state in whatever order, however often and in whatever batches its events come', () => {
    const arrivals = fc
      .tuple(
        fc.shuffledSubarray(story, { minLength: story.length }),
        fc.array(fc.constantFrom(...story), { maxLength: 12 }),
      )
      .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }))
      .chain((events) =>
        fc.tuple(fc.constant(events), fc.array(fc.integer({ min: 1, max: 6 }), { minLength: events.length })),
      );
    fc.assert(
      fc.property(arrivals, ([events, sizes]) => {
        const memory = memoryWithSend();
        let rest = events;
        for (const size of sizes) {
          if (rest.length === 0) break;
          memory.store(rest.slice(0, size));
          rest = rest.slice(size);
        }
        expect(endState(memory)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells our own send from a person’s answer by what it says, and counts each message once', () => {
    const memory = memoryWithSend();
    memory.store(story);
    const dms = [...memory.dms.values()].filter((dm) => !dm.placeholder);
    expect(dms.map((dm) => dm.message_id).sort()).toEqual([
      'greeting',
      'human',
      'm1',
      'm2',
      'm3',
      'm4',
      'm5',
      'm6',
      'm7',
      'ours',
      expect.stringMatching(/^postback:/),
      'quick',
    ]);
    const ours = dms.find((dm) => dm.message_id === 'ours');
    expect(ours).toMatchObject({ source: 'agent', status: 'sent', is_echo: true, send_key: 'agent:x:0' });
    expect(ours?.outbound_open).toBeUndefined();
    const [conversation] = [...memory.conversations.values()];
    expect(conversation?.counts).toEqual({ inbound_unread: 8, inbound_read: 0, outbound_unread: 0, outbound_read: 4 });
    expect(conversation?.agent_paused_by_mid).toBe('quick');
    expect(memory.find('greeting')).toMatchObject({ is_automatic: true });
    for (const mid of ['human', 'quick']) expect(memory.find(mid)).not.toHaveProperty('is_automatic');
  });

  it('keeps the words of an edit that tells none, and shows those of a send that was edited before its echo', () => {
    const memory = memoryWithSend();
    memory.store([...story].reverse());
    expect(memory.find('m5')).toMatchObject({
      text: 'two tables for eight',
      edits: [{ num_edit: 0 }, { num_edit: 1 }],
    });
    expect(memory.find('m6')?.text).toBeUndefined();
    expect(memory.find('ours')).toMatchObject({ text: 'Our new answer', edits: [{ text: 'Our answer' }, {}] });
  });

  it('keeps the place of a message for it, whatever unreadable comes first under its mid', () => {
    const memory = memoryWithSend();
    memory.store(decode([inbound({ message_pin: { mid: 'pinned' } }), inbound({ delivery: { mids: ['ours'] } })]));
    expect([...memory.dms.values()].filter((dm) => !dm.placeholder)).toHaveLength(1);
    memory.store(
      decode([inbound({ message: { mid: 'pinned', text: 'hello' } }), echo({ mid: 'ours', text: 'Our answer' })]),
    );
    expect(memory.find('pinned')).toMatchObject({ text: 'hello', agent_state: 'pending' });
    expect(memory.find('ours')).toMatchObject({ direction: 'outbound', status: 'sent', source: 'agent' });
    expect(memory.dms.size).toBe(2);
  });

  it('hints at what it was told of and does not have: a message, the words of an edit', () => {
    const memory = new Memory();
    const hints = (...messaging: object[]): readonly string[] => (memory.store(decode(messaging)), memory.lastHints);
    const edit = (more: object) => inbound({ message_edit: { mid: 'n1', ...more } });

    expect(hints(edit({ num_edit: 0 }))).toEqual(['n1 message']);
    expect(hints(inbound({ reaction: { mid: 'n2', action: 'react' } }), inbound({ read: { mid: 'n3' } }))).toEqual([
      'n2 message',
      'n3 message',
    ]);
    expect(hints(inbound({ message: { mid: 'n1', text: 'hi' } }), edit({ num_edit: 0 }))).toEqual([]);
    expect(hints(edit({ num_edit: 1 }))).toEqual(['n1 edit:1']);
    expect(hints(edit({ num_edit: 2, text: 'ho' }))).toEqual([]);
    expect(hints(inbound({ message: { mid: 'n2', is_deleted: true } }), inbound({ read: { mid: 'n2' } }))).toEqual([]);
  });

  it('leaves nothing of a message that was taken back', () => {
    const memory = new Memory();
    memory.store(story.filter((event) => 'mid' in event && event.mid === 'm3'));
    expect(JSON.stringify([...memory.dms.values(), ...memory.conversations.values()])).not.toContain('secret');
  });
});
