import { Types } from 'mongoose';
import type { DmRecord } from '../dm.schema.js';
import { givenBack, mergedWithEcho } from './merge-echo.js';

const at = new Date('2026-11-21T12:00:00Z');

function dmOf(fields: Partial<DmRecord>): DmRecord {
  return {
    ...{ _id: new Types.ObjectId(), platform_account_id: 'a', ig_id: '1', user_id: 'u', conversation_id: 'c' },
    ...{ sender_id: '1', recipient_id: '2', kind: 'message', attachments: [], timestamp: at.getTime(), is_echo: false },
    ...{ direction: 'outbound', read: true, manual_dm: false, source: 'agent', reactions: [], edits: [] },
    ...{ is_deleted: false, unsent: false, delivery_ids: [], created_at: at, updated_at: at },
    ...fields,
  };
}

const copied = (key: string) => [{ type: 'image' as const, stored_key: key }];

describe('mergedWithEcho', () => {
  it('drops the copies of the echo, whose record goes', () => {
    const echo = dmOf({ attachments: copied('echo/0'), media_to_drop: ['echo/old'] });
    const merged = mergedWithEcho(dmOf({ attachments: copied('ours/0'), media_to_drop: ['ours/old'] }), echo);
    expect(merged.media_to_drop).toEqual(['echo/0', 'echo/old', 'ours/old']);
    expect(merged.attachments).toEqual(copied('ours/0'));
  });

  it('drops our own copies, too, when the message was taken back', () => {
    const merged = mergedWithEcho(dmOf({ attachments: copied('ours/0') }), dmOf({ unsent: true }));
    expect(merged).toMatchObject({ unsent: true, attachments: [], media_to_drop: ['ours/0'] });
  });

  it('forgets what its Idempotency-Key was answered when the message was taken back', () => {
    const send_answer = { view: { text: 'Secret' } as never, result: {} };
    expect(mergedWithEcho(dmOf({ send_answer }), dmOf({}))).toHaveProperty('send_answer');
    expect(mergedWithEcho(dmOf({ send_answer }), dmOf({ unsent: true }))).not.toHaveProperty('send_answer');
    expect(givenBack(dmOf({ send_answer }))).not.toHaveProperty('send_answer');
  });

  it('notes nothing where there is nothing to drop', () => {
    expect(mergedWithEcho(dmOf({}), dmOf({}))).not.toHaveProperty('media_to_drop');
  });
});
