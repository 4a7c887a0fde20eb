import { Types } from 'mongoose';
import type { DmRecord } from './dm.schema.js';
import { mergedWithEcho } from './outbound/merge-echo.js';
import { untoldEdit, withEdits, withoutContent, withWhatWasSaid } from './merge-dm.js';

const at = new Date('2026-11-21T12:00:00Z');
const dmOf = (fields: Partial<DmRecord> = {}): DmRecord => ({
  ...{ _id: new Types.ObjectId(), platform_account_id: 'a', ig_id: '1', user_id: 'u', conversation_id: 'c' },
  ...{ sender_id: '1', recipient_id: '2', kind: 'message', attachments: [], timestamp: at.getTime(), is_echo: false },
  ...{ direction: 'outbound', read: true, manual_dm: false, source: 'agent', reactions: [], edits: [] },
  ...{ is_deleted: false, unsent: false, delivery_ids: [], created_at: at, updated_at: at, text: 'Ten o’clock' },
  ...fields,
});
const later = at.getTime() + 60_000;
const edited = { num_edit: 1, text: 'Eleven o’clock', at: later };
const love = { sender_id: '2', reaction: 'love', timestamp: later };

describe('what was said of a DM under another record', () => {
  it.each([
    ['a placeholder', (ours: DmRecord, said: DmRecord) => withWhatWasSaid(ours, { ...said, placeholder: true })],
    ['its echo', (ours: DmRecord, said: DmRecord) => mergedWithEcho(ours, { ...said, is_echo: true })],
  ])('holds for it as if it had come to the DM itself: %s', (_kind, merge) => {
    const [copy, ours] = [new Types.ObjectId(), new Types.ObjectId()];
    const seen = new Date(later);
    const said = { edits: [edited], reactions: [love], delivery_ids: [copy], read_at: seen, text: undefined };

    expect(merge(dmOf({ delivery_ids: [ours] }), dmOf(said))).toMatchObject({
      text: 'Eleven o’clock',
      edits: [{ num_edit: 0, text: 'Ten o’clock' }, edited],
      reactions: [love],
      delivery_ids: [copy, ours],
      read_at: seen,
    });
  });

  it('keeps the later reaction of each person, and the earlier reading, whichever record has it', () => {
    const wow = { ...love, reaction: 'wow', timestamp: later + 1 };
    const both = [
      dmOf({ reactions: [love], read_at: new Date(later) }),
      dmOf({ reactions: [wow], read_at: new Date(later + 5) }),
    ] as const;
    for (const [dm, said] of [both, [...both].reverse()] as [DmRecord, DmRecord][])
      expect(withWhatWasSaid(dm, said)).toMatchObject({ reactions: [wow], read_at: new Date(later) });
  });

  it('leaves nothing of it when it was taken back', () => {
    const gone = withWhatWasSaid(dmOf({ raw: { text: 'Ten' } }), dmOf({ placeholder: true, unsent: true, edits: [] }));
    expect(gone).toMatchObject({ unsent: true, edits: [] });
    expect(JSON.stringify(gone)).not.toContain('Ten');
  });
});

describe('an edit', () => {
  it('that does not tell its words leaves the ones that are known', () => {
    const dm = withEdits(dmOf(), [{ num_edit: 1, at: later }]);
    expect(dm).toMatchObject({ text: 'Ten o’clock', edits: [{ num_edit: 0 }, { num_edit: 1 }] });
    expect(untoldEdit(dm)).toEqual({ num_edit: 1, at: later });
  });

  it('tells its words later, under the same number, once and for all', () => {
    const dm = withEdits(withEdits(dmOf(), [{ num_edit: 1, at: later }]), [edited]);
    expect(dm).toMatchObject({ text: 'Eleven o’clock', edits: [{ num_edit: 0 }, edited] });
    expect(untoldEdit(dm)).toBeUndefined();
    expect(withEdits(dm, [{ num_edit: 1, at: later + 5 }])).toBe(dm);
  });

  it('empties the message where somebody emptied it', () => {
    const dm = withEdits(dmOf(), [{ num_edit: 1, text: '', at: later }]);
    expect(dm.text).toBeUndefined();
    expect(untoldEdit(dm)).toBeUndefined();
    expect(dm.edits[0]).toMatchObject({ num_edit: 0, text: 'Ten o’clock' });
  });

  it('is the latest by its time where Meta gives no numbers', () => {
    const [first, second] = [edited, { ...edited, text: 'Noon', at: later + 1 }];
    for (const order of [
      [first, second],
      [second, first],
    ])
      expect(order.reduce((dm, one) => withEdits(dm, [one]), dmOf()).text).toBe('Noon');
  });

  it('says nothing of a message that was taken back', () => {
    expect(untoldEdit(withoutContent(withEdits(dmOf(), [{ num_edit: 1, at: later }])))).toBeUndefined();
  });
});
