import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startLocalStack, type LocalStack } from '../../scripts/stack/local-stack.js';

/**
 * Connects accounts as an operator does: in a browser, on a dashboard, through the login dialog, and back. Runs against
 * the built server and the sandbox: `npm run test:browser`. CHROMIUM names the browser where it is not /usr/bin/chromium;
 * a machine without one fails here, nothing is skipped.
 */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
assert.ok(
  existsSync(executablePath),
  `There is no Chromium at ${executablePath}: install it (apt-get install chromium) or set CHROMIUM.`,
);

const owner = { userId: 'owner', role: 'user' } as const;

/** What a dashboard does: asks for the dialog's address with its token, then sends the browser there. */
function dashboardPage(apiUrl: string, token: string): string {
  return `<!doctype html><title>Dashboard</title>
<button data-login="instagram">Connect Instagram</button><button data-login="facebook">Connect Pages</button>
<output></output>
<script>
const result = new URLSearchParams(location.search);
if (result.has('instagram')) document.querySelector('output').textContent = result.get('instagram') + ': ' + result.get('message');
for (const button of document.querySelectorAll('button')) button.onclick = async () => {
  const answer = await fetch(${JSON.stringify(apiUrl)} + '/accounts/oauth/' + button.dataset.login + '/start', {
    credentials: 'include', headers: { authorization: 'Bearer ' + ${JSON.stringify(token)} } });
  location.href = (await answer.json()).data.url;
};
</script>`;
}

void describe('connecting an account in a browser', { timeout: 180_000 }, () => {
  let dashboard: Server;
  let dashboardUrl: string;
  let stack: LocalStack;
  let apiUrl: string;
  let browser: Browser;
  let html = '';

  before(async () => {
    dashboard = createServer((_request, reply) => reply.setHeader('content-type', 'text/html').end(html));
    await new Promise<void>((resolve) => dashboard.listen(0, '127.0.0.1', resolve));
    dashboardUrl = `http://localhost:${(dashboard.address() as AddressInfo).port}`;
    stack = await startLocalStack({ env: { FRONTEND_URL: dashboardUrl }, sandbox: { subscribed: false } });
    apiUrl = stack.apiUrl.replace('127.0.0.1', 'localhost');
    html = dashboardPage(apiUrl, stack.token(owner.userId, owner.role));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  after(async () => {
    await browser?.close();
    await stack?.stop();
    dashboard?.closeAllConnections();
    dashboard?.close();
  });

  const connect = async (button: string, inDialog: (page: Page) => Promise<void>): Promise<string> => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(dashboardUrl);
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await inDialog(page);
    await page.waitForURL(`${dashboardUrl}/?*`);
    const url = page.url();
    assert.doesNotMatch(url, /IGAA|EAA|code=AQ/);
    const said = (await page.locator('output').textContent()) ?? '';
    await page.context().close();
    return said;
  };
  const allow = (page: Page): Promise<void> => page.getByRole('button', { name: 'Allow' }).click();
  const accounts = async () =>
    (
      await stack.api<{
        data: { status: string; subscription: { state: string }; instagram_data: { username: string } }[];
      }>('GET', '/accounts', undefined, owner)
    ).data;

  void it('tells the operator that they declined, and connects nothing', async () => {
    const said = await connect('Connect Instagram', (page) => page.getByRole('button', { name: 'Cancel' }).click());
    assert.match(said, /^failed: You declined/);
    assert.deepEqual(await accounts(), []);
  });

  void it('tells the operator which permission was left out', async () => {
    const said = await connect('Connect Instagram', async (page) => {
      await page.getByLabel('instagram_business_manage_messages').uncheck();
      await allow(page);
    });
    assert.match(said, /^failed: Not every needed permission.*instagram_business_manage_messages\.$/);
    assert.deepEqual(await accounts(), []);
  });

  void it('connects the chosen account and subscribes it', async () => {
    const said = await connect('Connect Instagram', allow);
    assert.match(said, /^connected: @\S+ is connected\.$/);
    const [one, ...others] = await accounts();
    assert.equal(others.length, 0);
    assert.deepEqual([one?.status, one?.subscription.state], ['active', 'subscribed']);
  });

  void it('connects all accounts of the ticked Pages, the known one as an update', async () => {
    const said = await connect('Connect Pages', allow);
    assert.match(said, /^connected: @\S+, @\S+ are connected\.$/);
    assert.equal((await accounts()).length, 2);
  });

  void it('refuses a link that somebody else started, in the victim’s browser', async () => {
    const answer = await fetch(`${apiUrl}/accounts/oauth/instagram/start`, {
      headers: { authorization: `Bearer ${stack.token('stranger', 'user')}` },
    });
    const { data } = (await answer.json()) as { data: { url: string } };
    const page = await (await browser.newContext()).newPage();
    await page.goto(data.url);
    await allow(page);
    await page.waitForURL(`${dashboardUrl}/?*`);
    assert.match((await page.locator('output').textContent()) ?? '', /^failed: .*another browser/);
    const theirs = await stack.api<{ total: number }>('GET', '/accounts', undefined, {
      userId: 'stranger',
      role: 'user',
    });
    assert.equal(theirs.total, 0);
  });
});
