import { emptyConversation, type Conversation } from '../conversations/index.js';
import { applyToConversation, noteAnswer } from './dm-change.js';
import type { DmRecord } from './dm.schema.js';

const account = { _id: 'a'.repeat(24), channel: 'instagram', user_id: 'tenant' } as const;
const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 5, 10, n));

function dm(fields: Partial<DmRecord>, at: number): DmRecord {
  const always = { kind: 'message', source: 'webhook', attachments: [], is_deleted: false, unsent: false, read: false };
  return { ...always, timestamp: minute(at).getTime(), ...fields } as DmRecord;
}
const asks = (at: number, more: Partial<DmRecord> = {}): DmRecord =>
  dm({ direction: 'inbound', text: 'Open?', ...more }, at);
const answers = (at: number, more: Partial<DmRecord> = {}): DmRecord =>
  dm({ direction: 'outbound', source: 'api', text: 'Yes.', ...more }, at);

function after(...said: DmRecord[]): Conversation {
  const conversation = emptyConversation(account, 'person', minute(0));
  for (const one of said) applyToConversation(conversation, undefined, one);
  return conversation;
}

describe('a customer waits', () => {
  it.each<[string, DmRecord[], number | undefined]>([
    ['since the first of what they wrote', [asks(1), asks(2)], 1],
    ['for nobody who has answered', [asks(1), answers(2)], undefined],
    ['anew since what they wrote after an answer', [asks(1), answers(2), asks(3), asks(4)], 3],
    ['though an answer to what was before comes late', [asks(1), asks(3), answers(2, { source: 'sync' })], 3],
    ['for nobody with what was said before an answer and comes late', [asks(1), answers(3), asks(2)], undefined],
    ['though an answer failed', [asks(1), answers(2, { source: 'sync', status: 'failed' })], 1],
    ['for nobody whose words are older than the answer by our clock alone', [asks(3), answers(2)], undefined],
    ['not with history that is filled in', [asks(1, { read: true, source: 'sync' })], undefined],
    ['not with a click on an ad', [asks(1, { kind: 'referral' })], undefined],
  ])('%s', (_when, said, since) => {
    expect(after(...said).waiting_since).toEqual(since === undefined ? undefined : minute(since));
  });

  it('until somebody writes past us, but not for what Instagram itself sends', () => {
    const echo = answers(2, { source: 'webhook' });
    const conversation = after(asks(1), echo);
    expect(conversation.waiting_since).toEqual(minute(1));

    noteAnswer(conversation, { ...echo, is_automatic: true });
    expect(conversation.waiting_since).toEqual(minute(1));
    noteAnswer(conversation, echo);
    expect(conversation.waiting_since).toBeUndefined();

    applyToConversation(conversation, echo, { ...echo, is_automatic: true });
    expect(conversation.waiting_since).toEqual(minute(1));
  });
});

it.each<[string, DmRecord, string, string]>([
  ['a customer’s words', asks(1), 'customer', 'text'],
  ['a customer’s picture', asks(1, { text: undefined, attachments: [{ type: 'image' }] }), 'customer', 'image'],
  ['what was taken back', asks(1, { text: undefined, unsent: true }), 'customer', 'unsent'],
  ['the agent’s answer', answers(1, { source: 'agent' }), 'agent', 'text'],
  ['a person’s answer', answers(1), 'person', 'text'],
  ['what was written past us', answers(1, { source: 'webhook' }), 'app', 'text'],
])('lists tell %s by who wrote it and what it is', (_what, said, last_message_source, last_message_type) => {
  expect(after(said)).toMatchObject({ last_message_source, last_message_type });
});
