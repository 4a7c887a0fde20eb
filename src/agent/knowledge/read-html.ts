import { Parser } from 'htmlparser2';

/** What people don't read, or what stands on every page. */
const left = new Set([
  ...['script', 'style', 'noscript', 'template', 'svg', 'nav', 'head', 'iframe', 'object', 'canvas', 'form', 'footer'],
  ...['select', 'textarea', 'audio', 'video'],
]);
const blocks = new Set([
  ...['p', 'div', 'section', 'article', 'main', 'header', 'ul', 'ol', 'table', 'blockquote', 'dl', 'dt', 'dd'],
  ...['details', 'summary', 'figure', 'figcaption', 'address', 'aside', 'hr', 'pre'],
]);
const empty = new Set([
  ...['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr'],
]);
const unseen =
  /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:[;\s]|px|$)|opacity\s*:\s*0(?:[;\s]|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}/i;

/** What a reader of the page sees, as Markdown: headings, lists and tables keep their shape. */
export function readHtml(html: string): { title?: string; text: string } {
  const walker = new Walker();
  const parser = new Parser(walker.handler, { decodeEntities: true, lowerCaseTags: true });
  parser.end(html);
  return walker.done();
}

class Walker {
  private out = '';
  private title = '';
  private inTitle = false;
  /** Depth within what is not seen; 0 outside. */
  private hidden = 0;
  private cells: string[] | undefined;
  private rows = 0;

  readonly handler = {
    onopentag: (name: string, attributes: Record<string, string>) => this.open(name, attributes),
    ontext: (text: string) => this.write(text),
    onclosetag: (name: string) => this.close(name),
  };

  done(): { title?: string; text: string } {
    const text = this.out
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
    const title = this.title.replace(/\s+/g, ' ').trim();
    return { ...(title === '' ? {} : { title }), text };
  }

  private open(name: string, attributes: Record<string, string>): void {
    if (name === 'title') this.inTitle = true;
    if (this.hidden > 0) {
      if (!empty.has(name)) this.hidden++;
      return;
    }
    const isUnseen =
      'hidden' in attributes || attributes['aria-hidden'] === 'true' || unseen.test(attributes['style'] ?? '');
    if (left.has(name) || isUnseen) {
      if (!empty.has(name)) this.hidden = 1;
      return;
    }
    if (/^h[1-6]$/.test(name)) this.add(`\n\n${'#'.repeat(Number(name[1]))} `);
    else if (name === 'li') this.add('\n- ');
    else if (name === 'br') this.add('\n');
    else if (name === 'tr') this.cells = [];
    else if (name === 'td' || name === 'th') this.cells?.push('');
    else if (name === 'table') this.rows = 0;
    if (blocks.has(name)) this.add('\n\n');
  }

  private write(text: string): void {
    if (this.inTitle) this.title += text;
    if (this.hidden === 0) this.add(text.replace(/\s+/g, ' '));
  }

  private close(name: string): void {
    if (name === 'title') this.inTitle = false;
    if (this.hidden > 0) {
      if (!empty.has(name)) this.hidden--;
      return;
    }
    if (name === 'tr' && this.cells) this.endRow(this.cells);
    if (/^h[1-6]$/.test(name) || blocks.has(name)) this.add('\n\n');
  }

  private endRow(cells: readonly string[]): void {
    this.cells = undefined;
    if (cells.length === 0) return;
    const row = cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '/').trim());
    this.add(`\n| ${row.join(' | ')} |`);
    if (this.rows++ === 0) this.add(`\n|${' --- |'.repeat(row.length)}`);
  }

  private add(text: string): void {
    if (this.cells && this.cells.length > 0) this.cells[this.cells.length - 1] += text;
    else if (!this.cells || text.trim() !== '') this.out += text;
  }
}
