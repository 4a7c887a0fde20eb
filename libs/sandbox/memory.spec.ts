import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';

describe('a sandbox with a data file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const dataFile = join(folder, 'world.json');

  afterAll(() => rmSync(folder, { recursive: true }));

  it('knows people, conversations, tokens and subscriptions again after a restart', async () => {
    const before = await startSandbox({ appSecret: 's', dataFile });
    const account = before.createAccount({ username: 'second.shop' });
    const customer = before.createCustomer({ username: 'new.person', name: 'New Person' });
    before.account.unsubscribe();
    const token = before.account.issueToken();
    const { mid } = customer.sendText('Remember me?');
    customer.sendText('You too?', { to: account });
    const { id } = customer;
    await before.stop();

    const after = await startSandbox({ appSecret: 's', dataFile });
    const graph = new GraphCaller(after);

    expect(after.account.igId).toBe(before.account.igId);
    expect(after.accounts).toHaveLength(3);
    expect(after.account.account.subscriptions.instagram.size).toBe(0);
    expect((await graph.get(`/${mid}`, { fields: 'message' })).body.message).toBe('Remember me?');
    expect((await graph.send(id, { text: 'Of course' })).status).toBe(200);
    expect((await fetch(`${after.instagramUrl}/me?access_token=${token}`)).status).toBe(200);
    expect(after.getCustomer('new.person').messages(after.getAccount('second.shop'))).toHaveLength(1);
    await after.stop();
  });

  it('says which file to delete when it is damaged', async () => {
    writeFileSync(dataFile, '{"accounts":');

    await expect(startSandbox({ appSecret: 's', dataFile })).rejects.toThrow('delete it to start anew');
  });
});
