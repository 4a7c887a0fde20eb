import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..');

/** What `npm run secrets` would say of a file with this text. */
function findingsIn(text: string): string {
  const scan = join(root, 'node_modules/.bin/secretlint');
  const { stdout, stderr } = spawnSync(scan, ['--format', 'unix', '--stdinFileName', 'settings.ts'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

// Put together here, or the scan of the repository would find them.
it.each([
  ['a password of a database', ['mongodb://shop:', 'Xk29vLqP@db.internal/'], 'MongoDB'],
  ['a token of GitHub', ['ghp', `_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`], 'GITHUB_TOKEN'],
  [
    'a private key',
    ['-----BEGIN RSA PRIVATE', ` KEY-----\n${'MIIEpAIBAAKCAQEA'.repeat(8)}\n-----END RSA PRIVATE KEY-----`],
    'PrivateKey',
  ],
])('%s that is put into a file is found', (_what, parts, rule) => {
  expect(findingsIn(`export const value = \`${parts.join('')}\`;\n`)).toContain(rule);
});

it('what reads a secret from the environment is none', () => {
  expect(findingsIn("export const value = process.env['DATABASE_URL'];\n")).toBe('');
});
