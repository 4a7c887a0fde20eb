import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(180_000);

const run = promisify(execFile);
const root = join(__dirname, '../..');
const services = useServices();

/** What a dashboard's developer writes against the generated client. It must compile, and the wrong use must not. */
const program = `
import { createClient } from './client/client/index.js';
import {
  accountsGet, accountsList, dmsList, dmsPatch, dmsSend, inboxList as conversationsList,
  inboxListMessages as conversationMessages, type DmView,
} from './client/index.js';

const client = createClient({ baseUrl: process.env.API_URL ?? '', auth: () => process.env.API_TOKEN });
const throwOnError = true;

const { data: accounts } = await accountsList({ client, throwOnError });
const account = accounts.data[0]!;
const one = await accountsGet({ client, throwOnError, path: { id: account._id } });
const listed = await dmsList({ client, throwOnError, query: { direction: 'inbound', limit: 10 } });
const dm: DmView = listed.data.data[0]!;
const sent = await dmsSend({
  client,
  throwOnError,
  headers: { 'Idempotency-Key': 'from-the-generated-client' },
  body: { recipient_id: dm.sender_id, message_text: 'Hello from a generated client', platform_account_id: account._id },
});
const marked = await dmsPatch({ client, throwOnError, path: { id: dm._id }, body: { read: true } });
const conversations = await conversationsList({ client, throwOnError, query: { q: 'mara' } });
const conversation = conversations.data.conversations[0]!;
const messages = await conversationMessages({ client, throwOnError, path: { id: conversation.id } });

// @ts-expect-error a direction is inbound or outbound
const wrongDirection = await dmsList({ client, query: { direction: 'sideways' } });
const foreign = await accountsGet({ client, path: { id: '0123456789abcdef01234567' } });

console.log(JSON.stringify({
  username: account.instagram_data?.username,
  sameAccount: one.data.data._id === account._id,
  total: listed.data.total,
  text: dm.text,
  sent: sent.data.stored.status,
  read: marked.data.data.read,
  participant: conversation.participant_name,
  messages: messages.data.messages.map(({ direction, content }) => [direction, content]),
  wrong: wrongDirection.error?.code,
  foreign: foreign.error?.code,
}));
`;

const tsconfig = {
  compilerOptions: {
    ...{ strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'] },
    ...{
      module: 'esnext',
      moduleResolution: 'bundler',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    },
  },
  include: ['*.ts', 'client'],
};

describe('a client generated from openapi.json', () => {
  let test: TestApp;
  let folder: string;
  const bin = (name: string): string => join(root, 'node_modules/.bin', name);

  beforeAll(async () => {
    test = await startTestApp({ services });
    await test.connect(tenant.userId, { enabled: false });
    await test.sandbox.getCustomer('mara.lindqvist').sendText('Are you open on Sunday?').delivered;
    const caller = await test.call();
    await eventually(async () => {
      const { body } = await caller.get('/inbox/conversations').query({ q: 'mara' }).expect(200);
      expect((body as { total: number }).total).toBe(1);
    });
    folder = await mkdtemp(join(tmpdir(), 'generated-client-'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    await writeFile(join(folder, 'dashboard.ts'), program);
    const client = ['-i', join(root, 'openapi.json'), '-o', join(folder, 'client'), '-c', '@hey-api/client-fetch'];
    await run(bin('openapi-ts'), client, { cwd: folder });
  });

  afterAll(async () => {
    await test?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('compiles strictly, and knows what may be sent', async () => {
    const { stdout } = await run(bin('tsc'), ['-p', folder]).catch((error: { stdout: string }) => error);

    expect(stdout).toBe('');
  });

  it('lists, sends and changes through the running server', async () => {
    const env = { ...process.env, API_URL: test.url, API_TOKEN: await test.token(tenant) };
    const { stdout } = await run(bin('tsx'), [join(folder, 'dashboard.ts')], { cwd: folder, env });

    expect(JSON.parse(stdout)).toEqual({
      username: test.sandbox.account.username,
      sameAccount: true,
      total: 1,
      text: 'Are you open on Sunday?',
      sent: 'sent',
      read: true,
      participant: 'Mara Lindqvist',
      messages: [
        ['inbound', 'Are you open on Sunday?'],
        ['outbound', 'Hello from a generated client'],
      ],
      wrong: 'invalid_request',
      foreign: 'not_found',
    });
    expect(test.sandbox.sends.map(({ text }) => text)).toEqual(['Hello from a generated client']);
  });
});
