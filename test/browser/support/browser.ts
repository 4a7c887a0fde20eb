import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** @throws {Error} when the machine has no Chromium: nothing is skipped */
export async function openBrowser(): Promise<Browser> {
  assert.ok(
    existsSync(executablePath),
    `There is no Chromium at ${executablePath}: install it (apt-get install chromium) or set CHROMIUM.`,
  );
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

const noteViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('policy: ' + [event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber].join(' ')));`;

/** A person at the web app, with what must never happen there written down as it happens. */
export class Desk {
  private constructor(
    readonly page: Page,
    readonly problems: string[],
  ) {}

  /** Opens the app with a token, as somebody who pasted it. */
  static async open(browser: Browser, url: string, token: string, options: BrowserContextOptions = {}): Promise<Desk> {
    // As text: it runs in the browser. The token goes in once: signing out must stay signed out.
    const content = `if (!sessionStorage.getItem('visited')) sessionStorage.setItem('token', ${JSON.stringify(token)});
      sessionStorage.setItem('visited', 'yes');`;
    return Desk.start(browser, `${url}/app/`, content, options);
  }

  /** Opens a page of the server's as somebody whom nobody knows. */
  static async visit(browser: Browser, url: string, path: string, options: BrowserContextOptions = {}): Promise<Desk> {
    return Desk.start(browser, url + path, '', options);
  }

  private static async start(
    browser: Browser,
    address: string,
    content: string,
    options: BrowserContextOptions,
  ): Promise<Desk> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options });
    const problems: string[] = [];
    await context.addInitScript({ content: noteViolations + content });
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.text().startsWith('policy:')) problems.push(message.text());
    });
    await page.goto(address);
    return new Desk(page, problems);
  }

  row(name: string) {
    return this.page.locator('[data-row]', { hasText: name });
  }

  get messages() {
    return this.page.getByRole('log');
  }

  get composer() {
    return this.page.locator('[data-composer]');
  }

  /** What says of a bubble that it was sent. */
  get sent() {
    return this.page.locator('.send-state', { hasText: /Sent|Seen/ });
  }

  /** The bubbles' texts, from top to bottom. */
  async texts(): Promise<string[]> {
    return this.page.locator('.bubble .text').allTextContents();
  }

  async openConversation(name: string): Promise<void> {
    await this.row(name).click();
    await this.page.getByRole('heading', { name, level: 1 }).first().waitFor();
  }

  async answer(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  async close(): Promise<void> {
    await this.page.context().close();
    assert.deepEqual(this.problems, []);
  }
}

/** Where pictures of the screens go, for people to look at; none without it. */
const shots = process.env['SCREENSHOTS'];

export async function shoot({ page }: Desk, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** @returns what axe finds on the page as it is now, one line and its reasons each */
export async function violationsIn({ page }: Desk): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join('\n')}`,
  );
}
