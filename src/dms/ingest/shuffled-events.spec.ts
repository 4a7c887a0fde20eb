import fc from 'fast-check';
import { decodeDelivery, decodePageDelivery, type DecodedDelivery } from '#libs/graph-api';
import { decodeWhatsAppDelivery } from '#libs/whatsapp-api';
import { accountId, customer, memoryWithSend, start, type Memory } from '../../../test/support/ingest-memory.js';

/** Our send's id is made anew for each memory: what gives its handle back is written by this. */
type Story = (handle: string) => object[];

interface Channel {
  story: Story;
  bodyOf(events: object[]): object;
  decode(body: unknown): DecodedDelivery;
  readsOneByOne?: boolean;
}

const said = (isOurs: boolean, atS: number, what: object) => ({
  sender: { id: isOurs ? accountId : customer },
  recipient: { id: isOurs ? customer : accountId },
  timestamp: start + atS * 1000,
  ...what,
});
const message = (mid: string, more: object) => ({ message: { mid, ...more } });

/** What happens on Instagram and on Messenger alike. */
const metaStory = [
  said(false, 1, message('hello', { text: 'hello' })),
  said(false, 2, message('edited', { text: 'tpyo' })),
  said(false, 3, { message_edit: { mid: 'edited', text: 'typo', num_edit: 1 } }),
  said(false, 4, { message_edit: { mid: 'edited', text: 'no typo', num_edit: '2' } }),
  said(true, 600, message('person', { text: 'a person answers', is_echo: true })),
  said(false, 601, { reaction: { mid: 'person', action: 'react', reaction: 'love', emoji: '❤' } }),
  said(false, 602, { reaction: { mid: 'person', action: 'unreact' } }),
  said(false, 603, { reaction: { mid: 'person', action: 'react', reaction: 'wow', emoji: '😮' } }),
  said(false, 700, message('gone', { text: 'a secret' })),
  said(false, 701, message('gone', { is_deleted: true })),
  said(false, 702, { postback: { mid: 'pressed', title: 'Prices', payload: 'PRICES' } }),
  said(false, 703, message('picture', { attachments: [{ type: 'image', payload: { url: 'https://x.example/1' } }] })),
];

const wa = (field: string, list: string, item: object) => ({ field, list, item });
const seconds = (atS: number) => String(start / 1000 + atS);
const written = (id: string, atS: number, content: object, name = 'Robin') => ({
  ...wa('messages', 'messages', { from: customer, id, timestamp: seconds(atS), ...content }),
  contacts: [{ wa_id: customer, profile: { name } }],
});
const text = (body: string) => ({ type: 'text', text: { body } });
const phone = (id: string, atS: number, content: object) =>
  wa('smb_message_echoes', 'message_echoes', {
    from: '15550001234',
    to: customer,
    id,
    timestamp: seconds(atS),
    ...content,
  });
const status = (id: string, state: string, atS: number, more: object = {}) =>
  wa('messages', 'statuses', { id, status: state, timestamp: seconds(atS), recipient_id: customer, ...more });
const reaction = (emoji?: string) => ({
  type: 'reaction',
  reaction: { message_id: 'person', ...(emoji ? { emoji } : {}) },
});

const channels: Record<string, Channel> = {
  instagram: {
    story: () => [...metaStory, said(false, 800, { read: { mid: 'person' } })],
    bodyOf: (messaging) => ({ object: 'instagram', entry: [{ id: accountId, time: start, messaging }] }),
    decode: (body) => decodeDelivery(body),
  },
  messenger: {
    story: (metadata) => [
      ...metaStory,
      said(true, 5, message('ours', { text: 'Our answer', is_echo: true, app_id: 1, metadata })),
      said(false, 6, { delivery: { mids: ['ours'], watermark: start + 6_000 } }),
      said(false, 650, { delivery: { mids: ['person'], watermark: start + 650_000 } }),
      said(false, 651, { read: { watermark: start + 651_000 } }),
      said(false, 704, message('thumb', { sticker_id: 369239263222822, attachments: [{ type: 'image', payload: { url: 'https://x.example/2', sticker_id: 369239263222822 } }] })), // prettier-ignore
    ],
    bodyOf: (messaging) => ({ object: 'page', entry: [{ id: accountId, time: start, messaging }] }),
    decode: (body) => decodePageDelivery(body),
  },
  whatsapp: {
    story: (handle) => [
      written('hello', 1, text('hello')),
      written('edited', 2, text('tpyo')),
      written('edit-1', 3, { type: 'edit', edit: { original_message_id: 'edited', message: text('typo') } }),
      written('edit-2', 4, { type: 'edit', edit: { original_message_id: 'edited', message: text('no typo') } }),
      ...['sent', 'delivered', 'read'].map((state, n) =>
        status('ours', state, 5 + n, { biz_opaque_callback_data: handle }),
      ),
      phone('person', 600, text('a person answers')),
      written('react-1', 601, reaction('❤')),
      written('react-2', 602, reaction()),
      written('react-3', 603, reaction('😮')),
      phone('fixed', 604, text('Form the phone')),
      phone('fix', 605, { type: 'edit', edit: { original_message_id: 'fixed', message: text('From the phone') } }),
      phone('mistake', 606, text('for somebody else')),
      phone('undo', 607, { type: 'revoke', revoke: { original_message_id: 'mistake' } }),
      written('gone', 700, text('a secret')),
      written('take-back', 701, { type: 'revoke', revoke: { original_message_id: 'gone' } }),
      written('pressed', 702, { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'PRICES', title: 'Prices' } } }), // prettier-ignore
      written('picture', 703, { type: 'image', image: { id: '259', mime_type: 'image/jpeg' } }, 'Robin Sample'),
      wa('messages', 'statuses', { id: 'wacid', status: 'sent', timestamp: seconds(704), type: 'call' }),
    ],
    bodyOf: (events) => ({
      object: 'whatsapp_business_account',
      entry: (events as (ReturnType<typeof wa> & { contacts?: object[] })[]).map(({ field, list, item, contacts }) => {
        const value = {
          messaging_product: 'whatsapp',
          metadata: { phone_number_id: accountId },
          contacts,
          [list]: [item],
        };
        return { id: '1', changes: [{ field, value }] };
      }),
    }),
    decode: (body) => decodeWhatsAppDelivery(body),
    readsOneByOne: true,
  },
};

const handleOf = (memory: Memory): string => {
  const [send] = memory.dms.values();
  return `${String(send?._id)}.1`;
};

/** What a reader would see: nothing of the order in which it came to be. */
function endOf(memory: Memory) {
  const dms = [...memory.dms.values()].map((dm) => {
    const { message_id: mid, timestamp, text: words, attachments, direction, kind, status: state, unsent, edits } = dm;
    const { reactions, read_at, delivered_at, played_at, error, placeholder, is_automatic, agent_state, quick_reply } =
      dm;
    return {
      ...{
        mid,
        timestamp,
        words,
        attachments,
        direction,
        kind,
        state,
        unsent,
        edits,
        reactions,
        read_at,
        delivered_at,
      },
      ...{ played_at, error, placeholder, is_automatic, agent_state, quick_reply, is_echo: dm.is_echo },
    };
  });
  const [conversation] = [...memory.conversations.values()].map((one) => {
    const { revision: _revision, created_at: _created, updated_at: _updated, ...rest } = one;
    // Since when somebody waits is near enough: which of several questions was the first is not kept.
    return { ...rest, waiting_since: rest.waiting_since !== undefined };
  });
  return { dms: dms.sort((a, b) => String(a.mid).localeCompare(String(b.mid))), conversation };
}

describe.each(Object.entries(channels))('events of %s', (_name, { story, bodyOf, decode, readsOneByOne }) => {
  const store = (memory: Memory, events: object[]) =>
    memory.store(decode(bodyOf(events)).entries.flatMap((entry) => entry.events));

  const inOrder = (): Memory => {
    const memory = memoryWithSend({ readsOneByOne });
    for (const event of story(handleOf(memory))) store(memory, [event]);
    return memory;
  };

  it('end the same shuffled, repeated and in whatever bodies', () => {
    const expected = endOf(inOrder());
    const { length } = story('');
    const indexes = [...Array.from({ length }).keys()];
    const arrivals = fc
      .array(fc.constantFrom(...indexes), { maxLength: 6 })
      .chain((again) => fc.shuffledSubarray([...indexes, ...again], { minLength: length + again.length }));
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: length + 6, maxLength: length + 6 });
    fc.assert(
      fc.property(arrivals, sizes, (order, cuts) => {
        const memory = memoryWithSend({ readsOneByOne });
        const events = story(handleOf(memory));
        const left = order.map((index) => events[index] as object);
        for (const size of cuts) if (left.length > 0) store(memory, left.splice(0, size));
        expect(endOf(memory)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('keep no word of what was taken back, and all of the rest', () => {
    const memory = inOrder();
    expect(JSON.stringify([...memory.dms.values()])).not.toContain('a secret');
    expect(memory.find('gone')).toMatchObject({ unsent: true, attachments: [] });
    expect(memory.find('edited')).toMatchObject({ text: 'no typo' });
    expect(memory.find('person')?.reactions.filter(({ removed }) => !removed)).toMatchObject([{ emoji: '😮' }]);
    expect(memory.find('picture')?.attachments).toMatchObject([{ type: 'image' }]);
    expect([...memory.dms.values()].filter(({ placeholder }) => placeholder)).toEqual([]);
  });
});

it('a send whose answer was lost is one DM, told by what gave its handle back', () => {
  for (const name of ['messenger', 'whatsapp']) {
    const { story, bodyOf, decode } = channels[name] as Channel;
    const memory = memoryWithSend();
    const events = story(handleOf(memory));
    memory.store(decode(bodyOf(events)).entries.flatMap((entry) => entry.events));
    const ours = [...memory.dms.values()].filter(({ send_key: key }) => key !== undefined);
    expect(ours).toMatchObject([{ message_id: 'ours', status: 'sent' }]);
    expect(ours[0]?.delivered_at).toBeDefined();
    expect(ours[0]?.read_at).toBeDefined();
  }
});
