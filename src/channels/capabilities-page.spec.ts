import { readFileSync } from 'node:fs';
import { GraphClient } from '#libs/graph-api';
import type { AppConfig } from '../config/index.js';
import type { ChannelCapabilities, ChoiceForm, MediaLimit, TextLimit } from './channel-capabilities.js';
import { InstagramAdapter } from './instagram/instagram.adapter.js';
import { MessengerAdapter } from './messenger/messenger.adapter.js';
import { WhatsAppAdapter } from './whatsapp/whatsapp.adapter.js';

const yes = (is: boolean): string => (is ? 'yes' : 'no');
const size = (limit: TextLimit | undefined): string => (limit ? `${limit.max} ${limit.unit}` : '–');
const form = ({ shownAs, max }: ChoiceForm): string => `${max} as ${shownAs}`;
const each = (can: ChannelCapabilities, of: (form: ChoiceForm) => TextLimit): string =>
  [...new Set(can.choices.map((one) => size(of(one))))].join(' / ');
const short = (type: string): string => (type === '*' ? 'any type' : type.replace(/^.*\//, ''));
const media = (limit: MediaLimit | undefined): string =>
  limit ? `${limit.maxBytes / 1_000_000} MB: ${limit.contentTypes.map(short).join(', ')}` : '–';

/** Each row of the table: its name, and what a channel's record says of it. */
const rows: readonly (readonly [string, (can: ChannelCapabilities) => string])[] = [
  ['reply window', ({ windowHours }) => `${windowHours} h`],
  ['window for people', ({ humanAgentWindowHours: hours }) => (hours === undefined ? '–' : `${hours} h`)],
  ['text', ({ text }) => size(text)],
  ['choices', ({ choices }) => choices.map(form).join(' / ')],
  ['title of a choice', (can) => each(can, ({ title }) => title)],
  ['id of a choice', (can) => each(can, ({ id }) => id)],
  ['text above choices', (can) => each(can, ({ text }) => text)],
  [
    'caption',
    ({ caption, withoutCaption }) => size(caption) + (withoutCaption ? `, not of ${withoutCaption.join(', ')}` : ''),
  ],
  ...(['image', 'video', 'audio', 'file'] as const).map(
    (type) => [type, (can: ChannelCapabilities) => media(can.media[type])] as const,
  ),
  ['private replies', ({ privateReplies }) => yes(privateReplies)],
  ['delivery for an unknown account', ({ unknownAccount }) => (unknownAccount === 'keep' ? '200, kept' : '404')],
  ['echo of sends', ({ echoes }) => yes(echoes)],
  ['gives back handles', ({ givesBackHandles }) => yes(givesBackHandles)],
  ['receipts', ({ receipts }) => receipts],
  ['ids of people', ({ personIds }) => personIds],
  ['messages are billed', ({ isBilled }) => yes(isBilled)],
  ['people can opt out of marketing', ({ optOuts }) => yes(optOuts)],
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
