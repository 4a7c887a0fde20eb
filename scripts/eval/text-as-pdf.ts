/**
 * A PDF of one or more pages with that text, in a font that every reader has.
 * @returns `undefined` for a text with letters that such a font has not
 */
export function textAsPdf(text: string): Buffer<ArrayBuffer> | undefined {
  const plain = text.replaceAll('€', 'Euro').replace(/[–—]/g, '-').replace(/[‘’]/g, "'").replace(/[“”„]/g, '"');
  if (/[^\n\x20-\x7e\xa0-\xff]/.test(plain)) return undefined;
  const pages = chunks(plain.split('\n').flatMap(wrapped), 50);
  const objects: string[] = ['<< /Type /Catalog /Pages 2 0 R >>'];
  const kids = pages.map((_, page) => `${4 + page * 2} 0 R`).join(' ');
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  for (const [page, lines] of pages.entries()) {
    const shown = lines.map((line) => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*`).join('\n');
    const stream = `BT /F1 11 Tf 14 TL 50 780 Td\n${shown}\nET`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + page * 2} 0 R >>`,
    );
    objects.push(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  return assembled(objects);
}

function assembled(objects: readonly string[]): Buffer<ArrayBuffer> {
  let body = '%PDF-1.4\n';
  const places: number[] = [];
  for (const [index, object] of objects.entries()) {
    places.push(body.length);
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const end = `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(body + end, 'latin1');
}

function wrapped(line: string): string[] {
  const lines: string[] = [];
  let now = '';
  for (const word of line.split(' ')) {
    if (now.length + word.length > 85) {
      lines.push(now);
      now = word;
    } else now = now === '' ? word : `${now} ${word}`;
  }
  return [...lines, now];
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const some: T[][] = [];
  for (let at = 0; at < Math.max(1, all.length); at += size) some.push(all.slice(at, at + size));
  return some;
}
