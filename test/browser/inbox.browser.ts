import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startLocalStack, type LocalStack } from '../../scripts/stack/local-stack.js';
import { Desk, openBrowser } from './support/browser.js';

const owner = { userId: 'owner', role: 'admin' } as const;
/** Where pictures of the screens go, for people to look at; none without it. */
const shots = process.env['SCREENSHOTS'];

/** An operator's work in the web app: the built server, the local Instagram, a real browser. */
void describe('the inbox in a browser', { timeout: 240_000 }, () => {
  let stack: LocalStack;
  let browser: Browser;
  let url: string;
  let token: string;

  before(async () => {
    stack = await startLocalStack();
    url = stack.apiUrl.replace('127.0.0.1', 'localhost');
    token = stack.token(owner.userId, owner.role);
    await stack.api(
      'POST',
      '/accounts',
      { access_token: stack.sandbox.account.accessToken, login: 'instagram', agent: { enabled: false } },
      owner,
    );
    browser = await openBrowser();
    if (shots) mkdirSync(shots, { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const shoot = async ({ page }: Desk, name: string): Promise<void> => {
    if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
  };
  const mara = () => stack.sandbox.getCustomer('mara.lindqvist');

  void it('shows a customer’s message by itself, and sends the answer once', async () => {
    const desk = await Desk.open(browser, url, token);
    await desk.page.getByText('Nothing here yet').waitFor();
    await shoot(desk, 'empty');
    await mara().sendText('Are you open on Sunday?').delivered;
    await desk.openConversation('Mara Lindqvist');
    await desk.messages.getByText('Are you open on Sunday?').waitFor();
    await desk.answer('Yes, from 10 to 16 o’clock.');
    await desk.messages.getByText(/^\s*(Sent|Seen)/).waitFor();
    assert.deepEqual(await desk.texts(), ['Are you open on Sunday?', 'Yes, from 10 to 16 o’clock.']);
    assert.deepEqual(
      stack.sandbox.sends.map(({ text }) => text),
      ['Yes, from 10 to 16 o’clock.'],
    );
    await shoot(desk, 'thread');
    await desk.close();
  });
});
