import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startLocalStack, type LocalStack } from '../../scripts/stack/local-stack.js';
import { Desk, openBrowser, shoot, violationsIn } from './support/browser.js';

const owner = { userId: 'owner', role: 'admin' } as const;
const password = 'correct horse battery';

/** What a team has beside the messages: texts, drafts, who may do what, and who is there. */
void describe('a team in a browser', { timeout: 400_000 }, () => {
  let stack: LocalStack;
  let browser: Browser;
  let url: string;

  before(async () => {
    stack = await startLocalStack();
    url = stack.apiUrl.replace('127.0.0.1', 'localhost');
    const { accessToken } = stack.sandbox.account;
    const account = { access_token: accessToken, login: 'instagram', agent: { enabled: false } };
    await stack.api('POST', '/accounts', account, owner);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  let people = 0;
  const customer = async (says = 'Are you open on Sunday?') => {
    const number = ++people;
    const name = `Guest ${number} Lindqvist`;
    const person = stack.sandbox.createCustomer({ username: `guest.${number}`, name });
    await person.sendText(says).delivered;
    return { person, name };
  };
  const sentTexts = () => stack.sandbox.sends.map(({ text }) => text);
  const open = (options = {}) => Desk.open(browser, url, stack.token(owner.userId, owner.role), options);
  /** Somebody who was invited, on their first day. */
  const colleague = async (name: string, role: 'viewer' | 'operator'): Promise<Desk> => {
    const invite = { email: `${name.toLowerCase()}@shop.example`, role };
    const { data } = await stack.api<{ data: { url: string } }>('POST', '/staff/invites', invite, owner);
    const { pathname, hash } = new URL(data.url);
    const desk = await Desk.visit(browser, url, pathname + hash);
    await desk.page.getByLabel('Your name').fill(name);
    await desk.page.getByLabel(/^Password/).fill(password);
    await desk.page.getByRole('button', { name: 'Join' }).click();
    await desk.page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
    return desk;
  };

  void it('puts a canned reply in at the caret, and sends nothing with an empty place in it', async () => {
    const desk = await open();
    const { page } = desk;
    await page.goto(`${url}/app/staff/canned-replies`);
    const write = async (shortcut: string, text: string): Promise<void> => {
      await page.getByRole('button', { name: 'Add a canned reply' }).click();
      await page.getByLabel('Shortcut').fill(shortcut);
      await page.getByRole('textbox', { name: 'Text' }).fill(text);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(`/${shortcut}`, { exact: true }).waitFor();
    };
    await write('hello', 'Hello {{customer.first_name}}!');
    await write('hours', 'We open at nine, says {{account.name}}.');
    await shoot(desk, 'canned-replies');
    await page.goto(`${url}/app/inbox/open`);
    const { name } = await customer();
    await desk.openConversation(name);
    await desk.composer.pressSequentially('One moment and/or two. /h');
    await page.getByRole('option', { name: /hello/ }).waitFor();
    await shoot(desk, 'canned-picker');
    assert.deepEqual(await violationsIn(desk), []);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    assert.equal(await desk.composer.inputValue(), 'One moment and/or two. Hello Guest!');
    await page.keyboard.type(' /hou');
    await page.keyboard.press('Escape');
    assert.match(await desk.composer.inputValue(), / \/hou$/);
    await desk.composer.fill('Hi {{customer.username}} there');
    await page.keyboard.press('Enter');
    await page.getByText('Something is still to be filled in').waitFor();
    await page.keyboard.type('you');
    assert.equal(await desk.composer.inputValue(), 'Hi you there');
    await page.keyboard.press('Enter');
    await desk.sent.first().waitFor();
    assert.deepEqual(
      sentTexts().filter((text) => text?.includes('{{') ?? false),
      [],
    );
    await desk.close();
  });

  void it('has a draft on every device of its writer, and takes nobody’s words away', async () => {
    const { name } = await customer();
    const laptop = await open();
    await laptop.openConversation(name);
    const saved = laptop.page.waitForResponse(
      (response) => response.url().endsWith('/draft') && response.request().method() === 'PUT',
    );
    await laptop.composer.fill('Begun at the desk');
    await saved;
    const phone = await open({ viewport: { width: 390, height: 800 } });
    await phone.row(name).getByText('Draft: Begun at the desk').waitFor();
    await shoot(phone, 'draft-row');
    await phone.openConversation(name);
    assert.equal(await phone.composer.inputValue(), 'Begun at the desk');
    await phone.composer.fill('Ended on the way');
    await phone.composer.press('Enter');
    await phone.sent.first().waitFor();
    assert.equal(await phone.composer.inputValue(), '');
    // What is being written is left alone, whatever was sent elsewhere.
    assert.equal(await laptop.composer.inputValue(), 'Begun at the desk');
    await phone.close();
    await laptop.close();
  });

  void it('lets a viewer read, and offers nothing that they may not do', async () => {
    const { name } = await customer();
    const desk = await colleague('Vera', 'viewer');
    await desk.openConversation(name);
    await desk.page.getByText('You can read here').waitFor();
    assert.equal(await desk.composer.count(), 0);
    assert.equal(await desk.page.getByRole('button', { name: 'Done' }).count(), 0);
    await shoot(desk, 'viewer');
    await desk.close();
  });

  void it('sends anew, once, what was refused', async () => {
    const desk = await open();
    const { name } = await customer();
    await desk.openConversation(name);
    stack.sandbox.faults.add({ route: 'send', mode: 'error', error: 'no_permission', count: 1 });
    await desk.answer('Refused at first');
    await desk.page.getByText('Not sent').waitFor();
    await shoot(desk, 'send-anew');
    assert.deepEqual(await violationsIn(desk), []);
    await desk.page.getByRole('button', { name: 'Send anew', exact: true }).dblclick();
    await desk.sent.first().waitFor();
    assert.equal(sentTexts().filter((text) => text === 'Refused at first').length, 1);
    await desk.close();
  });

  void it('sorts a conversation by labels, and keeps the team’s notes beside it', async () => {
    const desk = await open();
    const { page } = desk;
    await page.goto(`${url}/app/staff/labels`);
    await page.getByLabel('Name').fill('Wedding');
    await page.getByRole('button', { name: 'Add a label' }).click();
    await page.getByText('Wedding', { exact: true }).waitFor();
    await shoot(desk, 'labels');
    await page.goto(`${url}/app/inbox/open`);
    const { name } = await customer();
    await desk.openConversation(name);
    await page.getByRole('button', { name: 'Wedding', pressed: false }).click();
    await page.getByRole('button', { name: 'Wedding', pressed: true }).waitFor();
    await desk.row(name).locator('.label-dot').waitFor();
    await page.getByLabel('Note for the team').fill('Wants the table by the window.');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await page.locator('.note', { hasText: 'by the window' }).waitFor();
    await shoot(desk, 'customer-panel');
    const phone = await open({ viewport: { width: 390, height: 800 }, colorScheme: 'dark', locale: 'ar' });
    await phone.openConversation(name);
    await phone.page.locator('[data-details]').click();
    await phone.page.locator('dialog .note', { hasText: 'by the window' }).waitFor();
    await shoot(phone, 'customer-panel-phone');
    assert.deepEqual(await violationsIn(phone), []);
    await phone.close();
    assert.deepEqual(
      sentTexts().filter((text) => text?.includes('window') ?? false),
      [],
    );
    await desk.close();
  });

  void it('says who else is here, and asks before a second answer', async () => {
    const { name } = await customer();
    const anna = await colleague('Anna', 'operator');
    await anna.openConversation(name);
    const desk = await open();
    await desk.openConversation(name);
    await desk.page.getByText('Anna is looking').waitFor();
    await anna.composer.pressSequentially('We open at ten');
    await desk.page.getByText('Anna is typing').waitFor();
    await shoot(desk, 'presence');
    assert.deepEqual(await violationsIn(desk), []);
    await desk.composer.fill('At nine');
    await anna.composer.press('Enter');
    await desk.messages.getByText('We open at ten').waitFor();
    await desk.composer.press('Enter');
    await desk.page.getByText(/Anna answered .* Send once more/).waitFor();
    await shoot(desk, 'second-answer');
    assert.ok(!sentTexts().includes('At nine'));
    await desk.composer.press('Enter');
    await desk.sent.nth(1).waitFor();
    await anna.openConversation('Guest 1 Lindqvist');
    await desk.page.getByText(/Anna is/).waitFor({ state: 'hidden' });
    await anna.close();
    await desk.close();
  });

  void it('shows pictures and voice through its own origin, live and after a reload, and what is gone as gone', async () => {
    const { person, name } = await customer();
    const desk = await colleague('Mia', 'operator');
    const foreign: string[] = [];
    desk.page.on('request', (request) => void (new URL(request.url()).origin === url || foreign.push(request.url())));
    await desk.openConversation(name);
    await person.sendPicture().delivered;
    await person.sendAudio().delivered;
    await person.mentionInStory().delivered;
    await person.replyToStory('Love this!').delivered;
    const missing = new URL('/nowhere.png', stack.sandbox.url).href;
    await person.sendPicture(missing).delivered;
    const look = async () => {
      await desk.messages.getByText('No longer available').waitFor();
      await desk.messages.locator('audio').waitFor();
      await desk.messages.getByText('Answer to a story').waitFor();
      const shown = "[...document.querySelectorAll('.picture img')].filter((one) => one.naturalWidth > 0).length";
      while ((await desk.page.evaluate(shown)) !== 2) await desk.page.waitForTimeout(100);
      return desk.messages
        .locator('.picture, audio, video, .gone')
        .evaluateAll('(found) => found.map((one) => one.className)');
    };
    const live = await look();
    await desk.page.reload();
    assert.deepEqual(await look(), live);
    await shoot(desk, 'media');
    await desk.messages
      .getByRole('button', { name: /^Enlarge/ })
      .first()
      .click();
    await desk.page.locator('dialog.viewer img').waitFor();
    await shoot(desk, 'media-viewer');
    await desk.page.keyboard.press('Escape');
    assert.deepEqual(await violationsIn(desk), []);
    assert.deepEqual(foreign, []);
    await desk.close();
  });

  void it('proves each step of the setup, as it is done', async () => {
    await customer();
    const desk = await open();
    const { page } = desk;
    await page.getByRole('link', { name: 'Setup' }).click();
    const step = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
    await step('Account').getByText('done').waitFor();
    await step('Agent').getByText('to do').waitFor();
    await shoot(desk, 'setup');
    await stack.sandbox.verifyWebhook();
    const { data } = await stack.api<{ data: { _id: string }[] }>('GET', '/accounts', undefined, owner);
    await stack.api('PATCH', `/accounts/${data[0]?._id}`, { agent_enabled: true }, owner);
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('All is set up').waitFor();
    await step('Webhook').getByText('Meta asked about the webhook').waitFor();
    await stack.api('PATCH', `/accounts/${data[0]?._id}`, { agent_enabled: false }, owner);
    await desk.close();
  });

  void it('replays a delivery, and everything that is dead, and shows who did it', async () => {
    await customer();
    const desk = await open();
    const { page } = desk;
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.locator('tbody a').first().click();
    await page.getByRole('heading', { name: 'As it was understood' }).waitFor();
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('Handed over again').waitFor();
    await shoot(desk, 'delivery');
    await page.getByRole('link', { name: 'Dead letters' }).click();
    await page.getByRole('button', { name: 'Replay all that are open' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
    await page.getByText(/handed over again/).waitFor();
    await shoot(desk, 'dead-letters');
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByText('account.connected').first().waitFor();
    await shoot(desk, 'audit');
    await desk.close();
  });
});
