import { readFileSync } from 'node:fs';
import { GraphClient } from '#libs/graph-api';
import type { AppConfig } from '../config/index.js';
import type { ChannelCapabilities, TextLimit } from './channel-capabilities.js';
import { InstagramAdapter } from './instagram/instagram.adapter.js';
import { MessengerAdapter } from './messenger/messenger.adapter.js';
import { WhatsAppAdapter } from './whatsapp/whatsapp.adapter.js';

const yes = (is: boolean): string => (is ? 'yes' : 'no');
const size = (limit: TextLimit | undefined): string => (limit ? `${limit.max} ${limit.unit}` : '–');

/** Each row of the table: its name, and what a channel's record says of it. */
const rows: readonly (readonly [string, (can: ChannelCapabilities) => string])[] = [
  ['reply window', ({ windowHours }) => `${windowHours} h`],
  ['window for people', ({ humanAgentWindowHours: hours }) => (hours === undefined ? '–' : `${hours} h`)],
  ['text', ({ text }) => size(text)],
  ['text above choices', ({ text, textWithChoices }) => size(textWithChoices ?? text)],
  ['caption', ({ caption }) => size(caption)],
  ['choices', ({ quickReplies: q }) => (q ? `${q.max}, title ${q.title}, payload ${q.payload} characters` : '–')],
  ['media', ({ mediaTypes }) => mediaTypes.join(', ')],
  ['private replies', ({ privateReplies }) => yes(privateReplies)],
  ['delivery for an unknown account', ({ unknownAccount }) => (unknownAccount === 'keep' ? '200, kept' : '404')],
  ['echo of sends', ({ echoes }) => yes(echoes)],
  ['gives back handles', ({ givesBackHandles }) => yes(givesBackHandles)],
  ['receipts', ({ receipts }) => receipts],
  ['ids of people', ({ personIds }) => personIds],
  ['messages are billed', ({ isBilled }) => yes(isBilled)],
];

it('the page on channels shows what the adapters say', async () => {
  const graph = new GraphClient();
  const config = {} as AppConfig;
  const all = [
    new InstagramAdapter(graph, config),
    new MessengerAdapter(graph, config),
    new WhatsAppAdapter(graph, config),
  ];
  const expected = rows.map(([name, of]) => `| ${[name, ...all.map((one) => of(one.capabilities))].join(' | ')} |`);
  const lines = readFileSync('docs/channels.md', 'utf8').split('\n');
  const table = lines.filter((line) => line.startsWith('|')).slice(2);
  expect(table.map((line) => line.replace(/ {2,}/g, ' '))).toEqual(expected);
  await graph.close();
});
