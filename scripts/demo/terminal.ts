import type { LiveEvent, Message, WhatsAppMessage } from '#libs/sandbox';

const color = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint =
  (code: string) =>
  (text: string): string =>
    color ? `\u001b[${code}m${text}\u001b[0m` : text;

export const dim = paint('2');
export const bold = paint('1');
export const green = paint('32');
export const red = paint('31');
const blue = paint('36');
const magenta = paint('35');

export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Prints a conversation as both phones show it. */
export function printLive(event: LiveEvent): void {
  if (event.kind === 'message' && event['channel'] === 'whatsapp') printChat(event['message'] as WhatsAppMessage);
  else if (event.kind === 'message') printMessage(event['message'] as Message);
  else if (event.kind === 'seen' && event['by'] === 'business')
    say(dim('                                        ✓ seen'));
  else if (event.kind === 'typing' && event['on'] === true)
    say(dim('                                        … typing'));
}

function printChat({ from, type, content: { body } }: WhatsAppMessage): void {
  say(`${whoIs(from)}${typeof body === 'string' ? body : dim(`[${type}]`)}`);
}

function whoIs(from: Message['from']): string {
  return from === 'customer' ? blue('  Mara ▸ ') : magenta('                    ◂ Juniper & Pine  ');
}

function printMessage(message: Message): void {
  const who = whoIs(message.from);
  const extras = [
    ...(message.attachments ?? []).map(({ type }) => `[${type}]`),
    ...(message.quickReplies ?? []).map(({ title }) => `(${title})`),
    ...message.reactions.map(({ emoji, by }) => `${emoji ?? ''} by ${by}`),
    ...(message.edits > 0 ? ['edited'] : []),
  ];
  const text = message.unsent
    ? dim('— took this message back —')
    : (message.text ?? '').replaceAll('\n', '\n                      ');
  say(`${who}${[text, ...extras.map(dim)].filter(Boolean).join(' ')}`);
}

/** A two-column table. */
export function printTable(rows: [string, string | number][]): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  for (const [label, value] of rows) say(`  ${label.padEnd(width)}  ${bold(String(value))}`);
}
