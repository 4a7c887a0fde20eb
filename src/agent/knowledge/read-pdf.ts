import { setImmediate as breathe } from 'node:timers/promises';
import { getDocumentProxy } from 'unpdf';

const maxPages = 200;

/** What is used of pdf.js, whose own types are not shipped with the package. */
interface PdfDocument {
  numPages: number;
  getPage(number: number): Promise<{ getTextContent(): Promise<{ items: { str?: string; hasEOL?: boolean }[] }> }>;
  loadingTask: { destroy(): Promise<void> };
}

/** The file is no PDF that can be opened: broken, or locked by a password. */
export class UnreadablePdfError extends Error {
  override readonly name = 'UnreadablePdfError';
}

/**
 * What stands on its pages, a paragraph each line that ends one. A scanned page has no text.
 * @throws {UnreadablePdfError}
 */
export async function readPdf(bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  try {
    const open = getDocumentProxy as (bytes: Uint8Array, options: object) => Promise<PdfDocument>;
    const pdf = await open(bytes, { isEvalSupported: false, verbosity: 0 });
    const pages: string[] = [];
    for (let number = 1; number <= Math.min(pdf.numPages, maxPages); number++) {
      signal.throwIfAborted();
      const { items } = await (await pdf.getPage(number)).getTextContent();
      const text = items.map(({ str = '', hasEOL }) => str + (hasEOL ? '\n' : '')).join('');
      pages.push(text.trim());
      await breathe(); // a long file must not hold up what else the process does
    }
    await pdf.loadingTask.destroy();
    return pages.filter(Boolean).join('\n\n');
  } catch (cause) {
    throw new UnreadablePdfError('The PDF can’t be read.', { cause });
  }
}
