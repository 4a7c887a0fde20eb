import { readFileSync } from 'node:fs';
import { bannedWords, injectableProblems, wordProblems } from './check-words.js';

const banned = bannedWords(readFileSync('docs/glossary.md', 'utf8'));

describe('The check of words', () => {
  it('reads the glossary’s table', () => {
    expect(banned.length).toBeGreaterThan(5);
  });

  it.each([
    ['const mailbox = 1;', 'pending'],
    ['class HandOn {}', 'FollowUpJobsService'],
    ['export class SendAnswer {', 'Response'],
  ])('refuses %p', (line, instead) => {
    expect(wordProblems('a.ts', line, banned)).toEqual([expect.stringContaining(instead)]);
  });

  it.each(['class HandoverEvent {}', 'class AnswerService {}', 'the prospects of a handover', 'handed on'])(
    'lets %p stand',
    (line) => {
      expect(wordProblems('a.ts', line, banned)).toEqual([]);
    },
  );

  it.each([
    ['src/a/sender.ts', 'Sender', "doesn't say its role"],
    ['src/a/sender.ts', 'SenderService', 'expected in sender.service.ts'],
  ])('wants an injectable in a file of its name: %s with %s', (file, name, problem) => {
    expect(injectableProblems(file, `@Injectable()\nexport class ${name} {}`)).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('is content with a file that is named as its class', () => {
    expect(
      injectableProblems('src/a/oauth-door.service.ts', '@Injectable()\nexport class OAuthDoorService {}'),
    ).toEqual([]);
  });
});
