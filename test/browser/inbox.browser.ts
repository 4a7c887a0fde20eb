import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startLocalStack, type LocalStack } from '../../scripts/stack/local-stack.js';
import { Desk, openBrowser, shoot, violationsIn } from './support/browser.js';

const owner = { userId: 'owner', role: 'admin' } as const;

/** An operator's work in the web app: the built server, the local Instagram, a real browser. */
void describe('the inbox in a browser', { timeout: 400_000 }, () => {
  let stack: LocalStack;
  let browser: Browser;
  let url: string;
  let token: string;

  before(async () => {
    stack = await startLocalStack();
    url = stack.apiUrl.replace('127.0.0.1', 'localhost');
    token = stack.token(owner.userId, owner.role);
    const { accessToken } = stack.sandbox.account;
    await stack.api(
      'POST',
      '/accounts',
      { access_token: accessToken, login: 'instagram', agent: { enabled: true } },
      owner,
    );
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  let people = 0;
  /** Somebody who has written once; each test has a customer of its own. */
  const customer = async (says = 'Are you open on Sunday?') => {
    const number = ++people;
    const person = stack.sandbox.createCustomer({ username: `guest.${number}`, name: `Guest ${number} Lindqvist` });
    const name = `Guest ${number} Lindqvist`;
    await person.sendText(says).delivered;
    return { person, name };
  };
  const sentTexts = () => stack.sandbox.sends.map(({ text }) => text);
  const open = (options = {}) => Desk.open(browser, url, token, options);
  /** Silences the agent, so that what is counted is the operator's. */
  const takeOver = async (desk: Desk): Promise<void> => {
    await desk.page.getByRole('button', { name: 'Take over' }).click();
    await desk.page.getByRole('button', { name: 'Hand back' }).waitFor();
  };

  void it('connects an account by clicking, and comes back to the accounts', async () => {
    const desk = await open();
    await desk.page.getByRole('link', { name: 'Accounts' }).click();
    await desk.page.getByRole('button', { name: 'Connect with Instagram' }).click();
    await desk.page.getByRole('button', { name: 'Allow' }).click();
    await desk.page.waitForURL(`${url}/app/accounts?*`);
    await desk.page.getByText(/is connected\./).waitFor();
    await desk.page.getByText('All messages arrive').waitFor();
    await shoot(desk, 'connected');
    await desk.close();
  });

  void it('shows a customer’s message by itself, and the agent’s answer as the agent’s', async () => {
    const desk = await open();
    const { name } = await customer();
    await desk.openConversation(name);
    await desk.messages.getByText('Are you open on Sunday?').waitFor();
    await desk.messages.getByText('Agent', { exact: true }).waitFor();
    await shoot(desk, 'agent');
    await desk.page.getByRole('button', { name: 'Why?' }).first().click();
    const why = desk.page.getByRole('dialog', { name: 'Why the agent said this' });
    await why.getByText('Time to find the answer').waitFor();
    await shoot(desk, 'why');
    assert.deepEqual(await violationsIn(desk), []);
    await why.getByRole('button', { name: 'Close' }).click();
    await desk.close();
  });

  void it('hands the conversation to who answers, and back to the agent', async () => {
    const desk = await open();
    const { person, name } = await customer();
    await desk.openConversation(name);
    await takeOver(desk);
    await desk.page.getByText('The agent is silent until you hand back').waitFor();
    await desk.answer('A person speaks.');
    await desk.sent.first().waitFor();
    const before = sentTexts().length;
    await person.sendText('And on Monday?').delivered;
    await desk.messages.getByText('And on Monday?').waitFor();
    assert.equal(sentTexts().length, before);
    await desk.page.getByRole('button', { name: 'Hand back' }).click();
    await desk.page.getByText('The agent answers').waitFor();
    await person.sendText('Is there cake?').delivered;
    await desk.messages.locator('.author', { hasText: 'Agent' }).last().waitFor();
    await desk.close();
  });

  void it('keeps what was written offline through a reload, and sends each message once, in order', async () => {
    const desk = await open();
    const { name } = await customer();
    await desk.openConversation(name);
    await takeOver(desk);
    await desk.page.context().setOffline(true);
    await desk.answer('First, written offline');
    await desk.answer('Second, written offline');
    await desk.page.getByText('Waits for the network').nth(1).waitFor();
    await shoot(desk, 'offline');
    await desk.page.context().setOffline(false);
    await desk.page.reload();
    await desk.sent.nth(1).waitFor();
    const own = sentTexts().filter((text) => text?.endsWith('written offline'));
    assert.deepEqual(own, ['First, written offline', 'Second, written offline']);
    const shown = (await desk.texts()).filter((text) => text.endsWith('written offline'));
    assert.deepEqual(shown, own);
    await desk.close();
  });

  void it('sends and shows once what was answered into a connection that broke', async () => {
    const desk = await open();
    const { name } = await customer();
    await desk.openConversation(name);
    await takeOver(desk);
    let cut = 0;
    await desk.page.route('**/inbox/conversations/*/messages', async (route) => {
      if (route.request().method() !== 'POST' || cut++ > 0) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await desk.answer('Only once, please');
    await desk.sent.first().waitFor();
    while (await desk.page.evaluate('localStorage.getItem("outbox:owner")')) await desk.page.waitForTimeout(100);
    assert.equal(sentTexts().filter((text) => text === 'Only once, please').length, 1);
    assert.equal((await desk.texts()).filter((text) => text === 'Only once, please').length, 1);
    await desk.page.unrouteAll({ behavior: 'wait' });
    await desk.close();
  });

  void it('says what Instagram refused, and gives the text back', async () => {
    const desk = await open();
    const { name } = await customer();
    await desk.openConversation(name);
    await takeOver(desk);
    stack.sandbox.faults.add({ route: 'send', mode: 'error', error: 'bad_parameter', count: 1 });
    await desk.answer('Refused for good');
    await desk.page.getByText('Not sent').waitFor();
    await shoot(desk, 'failed');
    assert.equal((await desk.texts()).filter((text) => text === 'Refused for good').length, 1);
    await desk.page.getByRole('button', { name: 'Edit and send anew' }).click();
    assert.equal(await desk.composer.inputValue(), 'Refused for good');
    await desk.close();
  });

  void it('keeps a draft with its conversation: through a change, a reload and in another tab', async () => {
    const desk = await open();
    const one = await customer();
    const two = await customer();
    await desk.openConversation(one.name);
    await desk.composer.fill('Half a sentence');
    await desk.openConversation(two.name);
    assert.equal(await desk.composer.inputValue(), '');
    await desk.openConversation(one.name);
    assert.equal(await desk.composer.inputValue(), 'Half a sentence');
    await desk.page.reload();
    await desk.composer.waitFor();
    assert.equal(await desk.composer.inputValue(), 'Half a sentence');
    await one.person.sendText('Hello?').delivered;
    await desk.messages.getByText('Hello?').waitFor();
    assert.equal(await desk.composer.inputValue(), 'Half a sentence');
    await desk.close();
  });

  void it('keeps rows in their place under the pointer, and says what is new', async () => {
    const desk = await open();
    const lower = await customer();
    const upper = await customer();
    await desk.row(upper.name).waitFor();
    const top = desk.page.locator('.row').first();
    await desk.row(lower.name).hover();
    await lower.person.sendText('Me again').delivered;
    await desk.page.getByRole('button', { name: /new conversation/ }).waitFor();
    const names = await desk.page.locator('.row strong').allTextContents();
    assert.ok(names.indexOf(upper.name) < names.indexOf(lower.name));
    await desk.page.getByRole('button', { name: /new conversation/ }).click();
    await top.locator('strong', { hasText: lower.name }).waitFor();
    await desk.close();
  });

  void it('comes back by itself when the server was killed, and misses nothing', async () => {
    const desk = await open();
    const { person, name } = await customer();
    await desk.openConversation(name);
    await takeOver(desk);
    const [server] = stack.processes;
    assert.ok(server);
    await server.kill();
    const told = person.sendText('Written while the server was down').delivered;
    await desk.page.getByText(/Reconnecting for/).waitFor();
    await shoot(desk, 'reconnecting');
    await server.start();
    await told.catch(() => undefined);
    await desk.messages.getByText('Written while the server was down').waitFor({ timeout: 60_000 });
    await desk.page.getByText(/Reconnecting for/).waitFor({ state: 'hidden' });
    await desk.close();
  });

  void it('shows what a customer writes as text, whatever it looks like', async () => {
    const desk = await open();
    const evil = '<img src=x onerror="document.title=\'owned\'"><b>bold</b> https://example.com/<script>';
    const { name } = await customer(evil);
    await desk.openConversation(name);
    await desk.messages.getByText(evil).waitFor();
    assert.equal(await desk.messages.locator('img, b, script').count(), 0);
    assert.doesNotMatch(await desk.page.title(), /owned/);
    await desk.close();
  });

  void it('is worked by keyboard alone, and no shortcut fires while somebody types', async () => {
    const desk = await open();
    const guest = await customer();
    const { keyboard } = desk.page;
    await desk.row(guest.name).waitFor();
    const name = (await desk.page.locator('.row strong').first().textContent()) ?? '';
    await desk.page.locator('body').click({ position: { x: 5, y: 790 } });
    await keyboard.press('j');
    await desk.page.getByRole('heading', { name, level: 1 }).waitFor();
    await desk.composer.focus();
    await keyboard.type('jetzt großer Käse');
    assert.equal(await desk.composer.inputValue(), 'jetzt großer Käse');
    await keyboard.press('Control+k');
    await keyboard.type('close');
    await desk.page.getByRole('option', { name: 'Search for “close”' }).waitFor();
    await keyboard.press('Escape');
    await keyboard.press('Escape');
    await keyboard.press('?');
    await desk.page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await keyboard.press('Escape');
    await keyboard.press('t');
    await desk.page.getByRole('button', { name: 'Hand back' }).waitFor();
    await keyboard.press('e');
    await desk.row(name).waitFor({ state: 'hidden' });
    await keyboard.press('Control+k');
    await keyboard.type('Done');
    await keyboard.press('Enter');
    await desk.row(name).waitFor();
    await desk.close();
  });

  void it('asks to sign in again above the work when the session has ended, and goes on', async () => {
    const desk = await open();
    const { name } = await customer();
    await desk.openConversation(name);
    await desk.composer.fill('A draft in hand');
    await desk.page.evaluate(
      'sessionStorage.setItem("token", sessionStorage.getItem("token").slice(0, -6) + "AAAAAA")',
    );
    await desk.page.keyboard.press('Enter');
    const dialog = desk.page.getByRole('dialog', { name: 'Sign in' });
    await dialog.waitFor();
    await shoot(desk, 'session-ended');
    await dialog.getByRole('button', { name: /access token/ }).click();
    await dialog.getByLabel(/Access token/).fill(token);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await desk.messages.getByText('A draft in hand').waitFor();
    await desk.sent.first().waitFor({ timeout: 40_000 });
    assert.equal(sentTexts().filter((text) => text === 'A draft in hand').length, 1);
    await desk.close();
  });

  void it('puts a conversation off, takes it as one’s own and back, and counts what waits', async () => {
    const desk = await open();
    const { name } = await customer('I want to talk to a human');
    await desk.openConversation(name);
    await desk.page.getByRole('button', { name: 'Snooze' }).click();
    await desk.page.getByRole('button', { name: /In 3 hours/ }).click();
    await desk.row(name).waitFor({ state: 'hidden' });
    await desk.page.getByRole('link', { name: /^Snoozed/ }).click();
    await desk.openConversation(name);
    await shoot(desk, 'snoozed');
    await desk.page.getByRole('button', { name: 'Snooze' }).click();
    await desk.page.getByRole('button', { name: 'Bring back now' }).click();
    await desk.row(name).waitFor({ state: 'hidden' });
    await desk.page.getByRole('link', { name: /^Waiting/ }).click();
    await desk.openConversation(name);
    await desk.page
      .getByRole('link', { name: /^Waiting/ })
      .locator('.badge')
      .waitFor();
    await desk.answer('A person is here.');
    await desk.sent.first().waitFor();
    await desk.close();
  });

  void it('holds one stream for all tabs, and each of them is live', async () => {
    const desk = await open();
    const context = desk.page.context();
    const { person, name } = await customer();
    await desk.row(name).waitFor();
    let streams = 0;
    context.on('request', (request) => void (request.url().endsWith('/inbox/stream') && streams++));
    const others = await Promise.all(Array.from({ length: 3 }, () => context.newPage()));
    for (const page of others) await page.goto(`${url}/app/`);
    for (const page of others) await page.locator('[data-row]', { hasText: name }).waitFor();
    await person.sendText('To all tabs').delivered;
    for (const page of others)
      await page
        .locator('.row-preview', { hasText: /To all tabs|You:/ })
        .first()
        .waitFor();
    assert.equal(streams, 0);
    await desk.close();
  });
});
