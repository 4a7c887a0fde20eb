import { GraphClient } from '#libs/graph-api';
import { MetaServer, metaIds } from '../../../test/support/meta-server.js';
import { WhatsAppOutbound } from './whatsapp-outbound.js';

const { number, phone } = metaIds;
const access = { login: 'facebook', accessToken: 'a-token-of-the-spec', externalId: number };
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const webp = Buffer.concat([Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1'), Buffer.alloc(24)]);

let meta: MetaServer;
let graph: GraphClient;
let outbound: WhatsAppOutbound;
let file: Buffer | undefined;

beforeAll(async () => {
  meta = await MetaServer.start();
  graph = new GraphClient({ facebookUrl: meta.url });
  outbound = new WhatsAppOutbound(graph, true);
  meta.answers = ({ method, path }) => {
    if (path.endsWith(`/${number}/media`)) return { body: { id: '990000000000001' } };
    if (method === 'GET' && path.startsWith('/files/')) return file ? { body: file } : { status: 404, body: {} };
    return undefined;
  };
});
afterAll(async () => {
  await graph.close();
  meta.stop();
});
beforeEach(() => {
  file = png;
  meta.calls.length = meta.sent.length = 0;
});

const send = (type: 'image' | 'video' | 'audio' | 'file', name: string, text?: string) =>
  outbound.send(access, { recipientId: phone, text, attachment: { type, url: `${meta.url}/files/${name}` } });
const sentBody = () => meta.sent.at(-1)?.body;

describe('a file to WhatsApp', () => {
  it('is uploaded and sent by its id, with its caption', async () => {
    expect(await send('image', 'menu.png', 'This week')).toMatchObject({ kind: 'sent' });
    expect(sentBody()).toMatchObject({ type: 'image', image: { id: '990000000000001', caption: 'This week' } });
    const upload = meta.calls.find(({ path }) => path.endsWith('/media'));
    expect(upload?.headers).toMatchObject({ authorization: 'Bearer a-token-of-the-spec' });
    const form = await new Response(new Uint8Array(upload?.body ?? []), {
      headers: { 'content-type': upload?.headers['content-type'] ?? '' },
    }).formData();
    expect([form.get('messaging_product'), form.get('type')]).toEqual(['whatsapp', 'image/png']);
    const sent = form.get('file') as File;
    expect([sent.name, sent.type, Buffer.from(await sent.arrayBuffer()).equals(png)]).toEqual(['menu.png', 'image/png', true]); // prettier-ignore
  });

  it('keeps its name as a document', async () => {
    await send('file', 'Speisekarte%20Mai.txt');
    expect(sentBody()).toMatchObject({ type: 'document', document: { id: '990000000000001', filename: 'Speisekarte Mai.txt' } }); // prettier-ignore
  });

  it.each([
    ['a picture WhatsApp does not take', 'image', () => webp, 'WhatsApp takes no image of type image/webp'],
    ['one that is too large', 'image', () => Buffer.concat([png, Buffer.alloc(5_000_001)]), 'larger than WhatsApp takes: 5000000 bytes'],
    ['a picture that is said to be a video', 'video', () => png, 'WhatsApp takes no video of type image/png'],
  ] as const)('is refused for %s, and nothing is sent', async (_what, type, bytes, sentence) => {
    file = bytes();
    const result = await send(type, 'odd');
    expect(result).toMatchObject({ kind: 'not_sent', refusal: 'bad_request', error: { message: expect.stringContaining(sentence) } });
    expect(meta.sent).toHaveLength(0);
  }); // prettier-ignore

  it('is left to WhatsApp to fetch where it can’t be had from here', async () => {
    file = undefined;
    await send('image', 'gone.png');
    expect(sentBody()).toMatchObject({ image: { link: `${meta.url}/files/gone.png` } });
    expect(sentBody()).not.toHaveProperty('image.id');
  });

  it('is not sent when WhatsApp does not take it', async () => {
    const before = meta.answers;
    const refusal = { error: { message: '(#131053) Media upload error', code: 131053, type: 'OAuthException' } };
    meta.answers = (call) => (call.path.endsWith('/media') ? { status: 400, body: refusal } : before(call));
    expect(await send('image', 'menu.png')).toMatchObject({ kind: 'not_sent', refusal: 'bad_request', error: { code: 131053 } }); // prettier-ignore
    meta.answers = before;
    expect(meta.sent).toHaveLength(0);
  });
});
