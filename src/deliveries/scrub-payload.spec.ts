import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeDelivery, parseJsonLossless, type WebhookEvent } from '#libs/graph-api';
import { decodeWhatsAppDelivery } from '#libs/whatsapp-api';
import { scrubMessages, scrubPerson } from './scrub-payload.js';

const message = (mid: string, text: string, sender = '111') => ({
  sender: { id: sender, username: 'anna' },
  recipient: { id: '999' },
  timestamp: 1_700_000_000_000,
  message: {
    mid,
    text,
    attachments: [{ type: 'image', payload: { url: 'https://cdn/x.jpg' } }],
    reply_to: { story: { url: 'https://s' } },
  },
});
const delivery = (...messaging: unknown[]) =>
  JSON.stringify({ object: 'instagram', entry: [{ id: '999', time: 1, messaging }] });
const eventsOf = (payload: string): WebhookEvent[] =>
  decodeDelivery(parseJsonLossless(payload)).entries.flatMap(({ events }) => events);

describe('scrubMessages', () => {
  it('takes what a message said and keeps which it was', () => {
    const payload = delivery(message('m1', 'my secret'), message('m2', 'hello'));

    const clean = scrubMessages(payload, new Set(['m1']));

    expect(clean).not.toMatch(/my secret|cdn\/x\.jpg.*m2|https:\/\/s".*m2/);
    expect(JSON.parse(clean)).toEqual({
      object: 'instagram',
      entry: [
        {
          id: '999',
          time: 1,
          messaging: [{ ...message('m1', ''), message: { mid: 'm1' } }, message('m2', 'hello')],
        },
      ],
    });
    expect(eventsOf(clean)).toMatchObject([
      { kind: 'message', mid: 'm1' },
      { kind: 'message', mid: 'm2', text: 'hello' },
    ]);
  });

  it('takes what a WhatsApp edit said, which has an id of its own, and leaves what took it back readable', () => {
    const edit = { id: 'wamid.2', type: 'edit', edit: { original_message_id: 'wamid.1', message: { text: { body: 'my secret' } } } }; // prettier-ignore
    const revoke = { id: 'wamid.3', type: 'revoke', revoke: { original_message_id: 'wamid.1' } };
    const messages = [{ id: 'wamid.1', type: 'text', text: { body: 'my secrte' } }, edit, revoke];
    const change = { field: 'messages', value: { metadata: { phone_number_id: '5' }, messages } };
    const payload = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [change] }] });

    const clean = scrubMessages(payload, new Set(['wamid.1']));

    expect(clean).not.toContain('my secr');
    const events = decodeWhatsAppDelivery(JSON.parse(clean)).entries.flatMap((entry) => entry.events);
    expect(events).toMatchObject([{ mid: 'wamid.1' }, { kind: 'edit', mid: 'wamid.1' }, { kind: 'unsend', mid: 'wamid.1' }]); // prettier-ignore
  });

  it('leaves a text that holds none of them as it is, byte for byte', () => {
    const payload = `{ "object":"instagram", "entry":[{"id":17841400000000057}] }`;

    expect(scrubMessages(payload, new Set(['m1']))).toBe(payload);
  });

  it('changes nothing when it is done again', () => {
    const once = scrubMessages(delivery(message('m1', 'x')), new Set(['m1']));

    expect(scrubMessages(once, new Set(['m1']))).toBe(once);
  });

  it('reaches edits, postbacks, reactions, changes and messages whose id stands beside them', () => {
    const said = 'said in private';
    const shapes = [
      {
        object: 'instagram',
        entry: [
          { id: '9', messaging: [{ sender: { id: '1' }, message_edit: { mid: 'm1', text: said, num_edit: 1 } }] },
        ],
      },
      {
        object: 'instagram',
        entry: [{ id: '9', messaging: [{ sender: { id: '1' }, postback: { mid: 'm1', title: said, payload: said } }] }],
      },
      {
        object: 'instagram',
        entry: [
          {
            id: '9',
            changes: [{ field: 'messages', value: { from: { id: '1', username: said }, mid: 'm1', text: said } }],
          },
        ],
      },
      {
        object: 'instagram',
        entry: [
          {
            id: '9',
            changes: [{ field: 'messages', value: { sender: { id: '1' }, message: { mid: 'm1', text: said } } }],
          },
        ],
      },
      { object: 'instagram', entry: [{ id: '9', standby: [{ mid: 'm1', message: { text: said } }] }] },
      [{ object: 'instagram', entry: [{ id: '9', field: 'messages', value: { mid: 'm1', text: said } }] }],
    ];
    for (const shape of shapes) {
      const clean = scrubMessages(JSON.stringify(shape), new Set(['m1']));
      expect(clean).not.toContain(said);
      expect(clean).toContain('"m1"');
    }
  });

  it('keeps every digit of long bare ids', () => {
    const payload = `{"object":"instagram","entry":[{"id":17841400000000057,"messaging":[{"sender":{"id":12345678901234567057},"message":{"mid":"m1","text":"x"}}]}]}`;

    const clean = scrubMessages(payload, new Set(['m1']));

    expect(clean).toContain('17841400000000057');
    expect(clean).toContain('12345678901234567057');
  });

  it('removes a text that nobody can parse as a whole', () => {
    expect(scrubMessages('{"mid":"m1","text":"secret', new Set(['m1']))).toBe('{"removed":true}');
  });
});

describe('scrubPerson', () => {
  it('takes every event that names the person, and leaves the others', () => {
    const payload = delivery(message('m1', 'a', '111'), message('m2', 'b', '222'), {
      sender: { id: 111 },
      read: { mid: 'm1' },
    });

    const clean = scrubPerson(payload, '111');

    expect(clean).not.toContain('111');
    expect(eventsOf(clean)).toMatchObject([{ kind: 'message', mid: 'm2', text: 'b' }]);
  });

  it('removes an entry that is an event itself, and a text it cannot take apart', () => {
    const flat = JSON.stringify({
      object: 'instagram',
      entry: [{ id: '9', field: 'messages', value: { sender: { id: '111' } } }],
    });

    expect(scrubPerson(flat, '111')).not.toContain('111');
    expect(scrubPerson('{"sender":{"id":"111"', '111')).toBe('{"removed":true}');
    expect(scrubPerson(delivery(message('m2', 'b', '222')), '111')).toBe(delivery(message('m2', 'b', '222')));
  });

  const fixtures = join(__dirname, '../../test/fixtures/webhook');
  const bodies = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, readFileSync(join(fixtures, name), 'utf8')] as const);

  it.each(bodies)('leaves nothing of a sender in %s', (_name, text) => {
    const senders = new Set(eventsOf(text).flatMap(({ senderId }) => (senderId === undefined ? [] : [senderId])));
    for (const sender of senders) expect(scrubPerson(text, sender)).not.toContain(sender);
  });
});
