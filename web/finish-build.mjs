/**
 * What follows `vite build`: compresses what never changes once, and fails a build that has grown beyond its budgets.
 * Sizes are those of gzip, in bytes; a browser that takes Brotli gets less.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const out = join(import.meta.dirname, '../dist/web');
const budgets = { javascript: 190_000, css: 20_000, chunk: 60_000 };
const compressible = new Set(['.js', '.css', '.svg', '.json']);

const zipped = new Map();
for (const name of readdirSync(join(out, 'assets'))) {
  if (!compressible.has(extname(name))) continue;
  const file = join(out, 'assets', name);
  const content = readFileSync(file);
  const gzip = gzipSync(content, { level: 9 });
  writeFileSync(`${file}.gz`, gzip);
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  zipped.set(`assets/${name}`, gzip.length);
}

const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
const entry = Object.values(manifest).find(({ isEntry }) => isEntry);

/** What the browser loads before anything shows: the entry and what it imports, and that again. */
function withImports(chunk, seen = new Set()) {
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const name of chunk.imports ?? []) withImports(manifest[name], seen);
  return seen;
}

const first = withImports(entry);
const sum = (names) => [...names].reduce((total, name) => total + (zipped.get(name) ?? 0), 0);
const lazy = [...zipped].filter(([name]) => name.endsWith('.js') && !first.has(name));
const measured = {
  javascript: sum(first),
  css: sum([...zipped.keys()].filter((name) => name.endsWith('.css'))),
  chunk: Math.max(0, ...lazy.map(([, bytes]) => bytes)),
};
let failed = false;
for (const [what, bytes] of Object.entries(measured)) {
  const line = `web: ${what} ${(bytes / 1000).toFixed(1)} kB of ${budgets[what] / 1000} kB`;
  if (bytes > budgets[what]) failed = true;
  console.log(bytes > budgets[what] ? `${line}: TOO LARGE` : line);
}
process.exitCode = failed ? 1 : 0;
