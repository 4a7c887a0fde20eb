import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Types } from 'mongoose';
import type { DmRecord } from '../dm.schema.js';
import { dmView, shownFields, viewProjection, type ShownDm } from './dm.view.js';

/** Not for dashboards: how it is stored, and raw payloads. */
const inner = [
  'raw',
  'delivery_ids',
  'other_delivery_ids',
  'outbound_open',
  'send_seq',
  'sent_by',
  'send_key',
  'send_fingerprint',
  'send_answer',
  'retries',
  'sending_at',
  'first_sending_at',
  'graph_result',
  'placeholder',
  'media_to_keep',
  'media_to_drop',
  'agent_next_at',
  'automatic_by',
  'refused_at',
  'refusal',
  'pricing',
] as const satisfies readonly (keyof DmRecord)[];

/** The fields of a stored DM, as its type names them. */
function storedFields(): string[] {
  const text = readFileSync(join(__dirname, '../dm.schema.ts'), 'utf8');
  const record = /^export interface DmRecord \{$([\s\S]*?)^\}$/m.exec(text)?.[1] ?? '';
  return [...record.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name = '']) => name);
}

const at = new Date('2026-01-05T10:00:00.000Z');
const stored = {
  ...Object.fromEntries([...storedFields(), 'tomorrows_secret'].map((name) => [name, name])),
  _id: new Types.ObjectId('6740c0de6740c0de6740c0de'),
  status: 'queued',
  ...{ read_at: at, delivered_at: at, played_at: at, next_attempt_at: at, sent_at: at, created_at: at, updated_at: at },
  outbound: { quick_replies: [{ title: 'Hours', payload: 'HOURS' }] },
  quick_reply: { payload: 'HOURS' },
  attachments: [{ type: 'image', url: 'https://x.example/1', stored_key: 'media/1', stored_bytes: 9, raw: { a: 1 } }],
  reactions: [
    { sender_id: '1', emoji: '❤', timestamp: 1, tomorrows_secret: true },
    { sender_id: '2', timestamp: 2, removed: true },
  ],
} as unknown as ShownDm;
const shown = JSON.parse(JSON.stringify(dmView(stored))) as Record<string, unknown>;

describe('a DM as the API shows it', () => {
  it('has every stored field either shown or named here as inner', () => {
    expect(storedFields().length).toBeGreaterThan(50);
    expect([...shownFields, ...inner].sort()).toEqual(storedFields().sort());
  });

  it('shows the fields that are read for it and nothing else', () => {
    // The API's words for what is stored as `platform` and under `outbound`, and what it tells beside.
    const words: Record<string, string> = { platform: 'channel', outbound: 'choices' };
    const named = [...shownFields.map((name) => words[name] ?? name), 'choice'];
    expect(Object.keys(shown).sort()).toEqual(named.sort());
    expect(Object.keys(viewProjection).sort()).toEqual([...shownFields].sort());
    expect(Object.values(viewProjection)).toEqual(shownFields.map(() => 1));
  });

  it('names choices, offered and picked, in the same words on every channel', () => {
    expect(shown).toMatchObject({ choices: [{ id: 'HOURS', title: 'Hours' }], choice: { id: 'HOURS', title: 'text' } });
  });

  it('says that there is a copy, not where, and leaves Meta’s raw form and taken back reactions out', () => {
    expect(shown['attachments']).toEqual([{ type: 'image', url: 'https://x.example/1', has_copy: true }]);
    expect(shown['reactions']).toEqual([{ sender_id: '1', emoji: '❤', timestamp: 1 }]);
    expect(shown).toMatchObject({ _id: '6740c0de6740c0de6740c0de', sent_at: at.toISOString() });
  });

  it('tells why it waits only while it does', () => {
    expect(shown['held_reason']).toBe('held_reason');
    expect(dmView({ ...stored, status: 'sent' }).held_reason).toBeUndefined();
  });
});

it.each(['queued', 'sending', 'unconfirmed'] as const)('a %s DM says when it is looked at next', (status) => {
  expect(dmView({ ...stored, status })).toMatchObject({ next_attempt_at: at.toISOString() });
});

it.each(['sent', 'failed'] as const)('nothing follows on a DM that is %s', (status) => {
  expect(dmView({ ...stored, status }).next_attempt_at).toBeUndefined();
});
