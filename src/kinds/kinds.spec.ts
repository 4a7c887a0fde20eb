import {
  ATTACHMENT_TYPES,
  decodeDelivery,
  decodePageDelivery,
  EVENT_REGISTRY,
  type DecodedDelivery,
  type WebhookEvent,
} from '#libs/graph-api';
import { decodeWhatsAppDelivery } from '#libs/whatsapp-api';
import { channelFixtures } from '../../test/fixtures/channel-fixtures.js';
import { webhookFixtures } from '../../test/fixtures/webhook-fixtures.js';
import { attachmentKindOf, attachmentKinds, mediaTypes } from './attachment-kinds.js';
import { eventKinds } from './event-kinds.js';

const eventsOf = ({ entries }: DecodedDelivery) => entries.flatMap(({ events }) => events);
const seen: WebhookEvent[] = [
  ...webhookFixtures().flatMap(({ payload }) => eventsOf(decodeDelivery(payload))),
  ...channelFixtures('webhook.messenger').flatMap(({ payload }) => eventsOf(decodePageDelivery(payload))),
  ...channelFixtures('webhook.whatsapp').flatMap(({ payload }) => eventsOf(decodeWhatsAppDelivery(payload))),
];
const attachments = seen.flatMap((event) => (event.kind === 'message' ? event.attachments : []));

it('every kind of event has a delivery among the fixtures that tells it', () => {
  const kinds = new Set<string>(seen.map(({ kind }) => kind));

  expect(Object.keys(eventKinds).filter((kind) => !kinds.has(kind))).toEqual([]);
});

it('every kind that is decoded has a row, and no other', () => {
  expect(Object.keys(eventKinds)).toEqual(expect.arrayContaining(EVENT_REGISTRY.map(({ kind }) => kind)));
  expect(Object.keys(attachmentKinds).sort()).toEqual([...ATTACHMENT_TYPES, 'unsupported'].sort());
});

it('every kind of attachment comes in a fixture, under its own name', () => {
  const types = new Set<string>(attachments.map(({ type, kind }) => kind ?? type));

  expect(Object.keys(attachmentKinds).filter((type) => !types.has(type))).toEqual([]);
});

it('what can be sent are the four kinds of media, each of which is answered and copied when it comes in', () => {
  expect(mediaTypes).toEqual(['image', 'video', 'audio', 'file']);
  for (const type of mediaTypes)
    expect(attachmentKindOf(type)).toMatchObject({ asksForAnswer: true, mayBeCopied: true });
});

it.each(['unsupported_type', 'unsupported', 'hologram', 'constructor'])(
  '“%s” is described and asks for nothing',
  (type) => {
    expect(attachmentKindOf(type)).toMatchObject({ words: 'unsupported', asksForAnswer: false });
  },
);

it('only the media of a story mention is never copied', () => {
  const kept = Object.entries(attachmentKinds).filter(([, { mayBeCopied }]) => !mayBeCopied);

  expect(kept.map(([type]) => type)).toEqual(['story_mention']);
});
