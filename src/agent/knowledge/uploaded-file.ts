import { InvalidRequestError } from '../../errors/index.js';
import { UnreadableFileError } from './knowledge.errors.js';
import { readHtml } from './read-html.js';
import { readPdf, UnreadablePdfError } from './read-pdf.js';

/** A multipart form as it came in. */
export interface Upload {
  contentType: string;
  body: Buffer;
}

export interface UploadedFile {
  name: string;
  text: string;
  title?: string;
  fields: Record<string, string>;
}

const pdfTimeoutMs = 20_000;

/**
 * Reads the form's one file by what it holds, not by what it says it is.
 * @throws {InvalidRequestError} there is no file in it
 * @throws {UnreadableFileError} no form, or a file of a kind that can't be read
 */
export async function readUpload({ contentType, body }: Upload): Promise<UploadedFile> {
  const form = await formOf(contentType, body);
  const entries = [...form.entries()];
  const files = entries.flatMap(([, value]) => (typeof value === 'string' ? [] : [value]));
  const [file] = files;
  if (!file || files.length > 1)
    throw new InvalidRequestError('file: expected one file', [{ field: 'file', expected: 'one file' }]);
  const fields = Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const name = file.name.slice(0, 200) || 'file';
  return { name, fields, ...(await textOf(new Uint8Array(await file.arrayBuffer()), name)) };
}

async function formOf(contentType: string, body: Buffer): Promise<FormData> {
  if (!/^multipart\/form-data\b/i.test(contentType))
    throw new UnreadableFileError('Expected Content-Type: multipart/form-data.');
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch (cause) {
    throw new InvalidRequestError('The form can’t be read.', [{ field: 'body', expected: 'a multipart form' }], {
      cause,
    });
  }
}

async function textOf(bytes: Uint8Array, name: string): Promise<{ text: string; title?: string }> {
  if (startsWith(bytes, '%PDF-')) {
    try {
      return { text: await readPdf(bytes, AbortSignal.timeout(pdfTimeoutMs)) };
    } catch (error) {
      if (!(error instanceof UnreadablePdfError)) throw error;
      throw new UnreadableFileError('The PDF can’t be read: it is broken, locked or too large.', { cause: error });
    }
  }
  if (bytes.includes(0)) throw new UnreadableFileError('Expected a PDF, HTML, Markdown or plain text file.');
  const text = new TextDecoder('utf-8').decode(bytes);
  return /\.html?$/i.test(name) || /^\s*<(?:!doctype|html|head|body)\b/i.test(text) ? readHtml(text) : { text };
}

function startsWith(bytes: Uint8Array, letters: string): boolean {
  return Buffer.from(bytes.subarray(0, letters.length)).toString('latin1') === letters;
}
