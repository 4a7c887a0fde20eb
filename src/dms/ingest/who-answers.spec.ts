import { decode, echo, inbound, Memory } from '../../../test/support/ingest-memory.js';

const minutes = 60;
const greeting = { mid: 'echo', text: 'Hi! Thanks for your message.' };
const question = (mid: string, atS: number) => inbound({ message: { mid, text: `question ${mid}` } }, atS);
const ice = (atS: number) => inbound({ postback: { mid: 'ice', title: 'Prices', payload: 'P' } }, atS);

/** The events one by one, in this order. */
function stored(...messaging: object[]): Memory {
  const memory = new Memory();
  for (const event of decode(messaging)) memory.store([event]);
  return memory;
}
const isPaused = (memory: Memory): boolean =>
  [...memory.conversations.values()].some(({ agent_pauses: pauses }) => pauses?.human_reply !== undefined);

describe('an echo that is not ours', () => {
  it.each([
    ['the customer’s first message', [question('a', 10)], 10.9],
    ['the first message after a silence', [question('a', 10), question('b', 10 + 120 * minutes)], 10.9 + 120 * minutes],
    ['a burst that began the conversation', [question('a', 10), question('b', 11)], 12.5],
    ['a pressed button, whenever that was', [question('a', 10), question('b', 20), ice(40)], 41],
  ])('is automatic right behind %s', (_when, before, atS) => {
    const memory = stored(...before, echo(greeting, atS));
    expect(memory.find('echo')).toMatchObject({ is_automatic: true, automatic_by: 'speed', direction: 'outbound' });
    expect(isPaused(memory)).toBe(false);
  });

  it.each([
    ['some seconds after the first message', [question('a', 10)], 14],
    [
      'at once, late in a long conversation',
      [1, 2, 3, 4, 5].map((n) => question(`m${n}`, n * 5 * minutes)),
      25 * minutes + 0.8,
    ],
    [
      'at once, after a person had answered before',
      [question('a', 10), echo({ mid: 'p', text: 'Yes' }, 60), question('b', 90)],
      91,
    ],
    ['to nobody', [], 10],
    ['before the message', [question('a', 10)], 9],
  ])('is a person’s %s', (_when, before, atS) => {
    const memory = stored(...before, echo(greeting, atS));
    expect(memory.find('echo')).not.toHaveProperty('is_automatic');
    expect(isPaused(memory)).toBe(true);
  });

  it('is told anew when the message that it answers comes only after it', () => {
    const memory = stored(echo(greeting, 10.9));
    expect(isPaused(memory)).toBe(true);
    for (const event of decode([question('a', 10)])) memory.store([event]);
    expect(memory.find('echo')).toMatchObject({ is_automatic: true });
    expect(isPaused(memory)).toBe(false);
  });

  it('leaves the pause of a person who had answered before it', () => {
    const person = echo({ mid: 'person', text: 'I’ll look into it' }, 5);
    const late = [ice(10), person].reverse();
    const memory = stored(...late, echo(greeting, 10.9));
    expect(isPaused(memory)).toBe(true);
    const turned = stored(person, echo(greeting, 10.9), ice(10));
    const [conversation] = [...turned.conversations.values()];
    expect(conversation?.agent_pauses?.human_reply).toMatchObject({ by_mid: 'person' });
  });

  it('is automatic whenever it has the words that the account’s owner named', () => {
    const memory = new Memory({ automaticTexts: ['hi! thanks for  your message.'] });
    for (const event of decode([question('a', 10), echo(greeting, 400)])) memory.store([event]);
    expect(memory.find('echo')).toMatchObject({ is_automatic: true, automatic_by: 'setting' });
    expect(isPaused(memory)).toBe(false);
    for (const event of decode([echo({ mid: 'person', text: 'Thanks!' }, 410)])) memory.store([event]);
    expect(isPaused(memory)).toBe(true);
  });
});

describe('events of somebody who was erased', () => {
  it('stay away when they are older than that, and begin the conversation anew when they are younger', () => {
    const memory = new Memory();
    const [before, after] = decode([question('before', 10), question('after', 30)]) as [never, never];
    memory.erasedAt.set('5550001', 1_760_000_000_000 + 20_000);
    memory.store([before]);
    expect([memory.dms.size, memory.conversations.size]).toEqual([0, 0]);
    memory.store([after]);
    memory.erasedAt.clear();
    memory.store([before]);
    expect([...memory.dms.values()].map((dm) => dm.message_id)).toEqual(['after']);
  });
});
