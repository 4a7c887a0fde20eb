import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenceProblems, type LockedPackage } from './licences.js';

describe('licences of what is shipped', () => {
  it('are all of those that a closed product may carry', () => {
    const lock = JSON.parse(readFileSync(join(__dirname, '../../package-lock.json'), 'utf8')) as {
      packages: Record<string, LockedPackage>;
    };

    expect(licenceProblems(lock.packages)).toEqual([]);
  });

  it.each([
    ['GPL-3.0-only', ['a@1.0.0: GPL-3.0-only']],
    ['(MIT OR GPL-3.0-only)', []],
    ['MIT AND GPL-3.0-only', ['a@1.0.0: MIT AND GPL-3.0-only']],
    ['MIT AND Zlib', []],
    ['SEE LICENSE IN LICENSE', ['a@1.0.0: SEE LICENSE IN LICENSE']],
    [undefined, ['a@1.0.0: no licence is named']],
  ])('%s', (license, problems) => {
    expect(licenceProblems({ '': {}, 'node_modules/b/node_modules/a': { version: '1.0.0', license } })).toEqual(
      problems,
    );
  });

  it('does not ask for the tools that are not shipped', () => {
    expect(licenceProblems({ 'node_modules/a': { dev: true, license: 'GPL-3.0-only' } })).toEqual([]);
  });
});
