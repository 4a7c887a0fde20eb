/**
 * Tells secrets that somebody typed from random ones. What a guesser tries first is looked for: runs of neighbours, a part
 * that comes again and again, well-known words. A random secret has some of that by chance, never most of it.
 */

/** Of this much of a secret nothing is left to guess. */
const explainedShare = 0.6;
const shortestRun = 4;
const shortestSecret = 8;

/** Neighbours here make a run, forwards and backwards. */
const rows = [
  ...['abcdefghijklmnopqrstuvwxyz0123456789abcdef', '01234567890', '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p'],
  ...[
    'qazwsxedcrfvtgbyhnujmikolp',
    'qwertyuiop',
    'asdfghjkl',
    'zxcvbnm',
    'qwertzuiop',
    'yxcvbnm',
    'azertyuiop',
    'qsdfghjklm',
    'wxcvbn',
  ],
];

/** Two characters that a run may begin with: nearly no two of a random text do. */
const pairs = new Set(rows.flatMap((row) => [...row].flatMap((one, at) => pairsOf(one, row[at + 1] ?? ''))));

const words = (
  'admin administrator apikey application auth backend banana bearer business changeme client company correct battery ' +
  'customer dashboard database default demo development docker dragon dummy encryption example facebook football fake ' +
  'foobar graph hello horse hunter iloveyou insecure instagram internal ipsum jwt key letmein local localhost login long lorem master ' +
  'meta metrics mongo monkey mysecret node passwd password placeholder please prod production prometheus random redis ' +
  'replace root sample secret server service shadow signing staging staple strong summer sunshine super test this token trust ' +
  'unknown user value verify very webhook welcome winter world your zxcvbn'
).split(' ');

/** Digits and signs that stand for letters. */
const letters: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
};

/** Whether a text is easy to guess, as it stands or as the bytes that its hex or base64 says. */
export function isGuessable(secret: string): boolean {
  const text = secret.toLowerCase();
  if (isRepetition([...text]) || shareOf(explained(text)) >= explainedShare) return true;
  return encodedIn(secret).some(areGuessableBytes);
}

/** Whether bytes count up or down, repeat, or spell what would be guessable as a text. */
export function areGuessableBytes(bytes: Buffer): boolean {
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isRepetition([...bytes]) || countsMostly(bytes) || (isText && isGuessable(bytes.toString('latin1')));
}

/** Whether it is, but for a few exceptions, one part over and over: `abcabcab`. */
function isRepetition(units: readonly unknown[]): boolean {
  for (let length = 1; length * 2 <= units.length; length++) {
    const rest = units.slice(length);
    const same = rest.filter((unit, index) => unit === units[index]).length;
    if (same >= rest.length * 0.9) return true;
  }
  return false;
}

/** Which characters belong to a run or to a well-known word. */
function explained(text: string): boolean[] {
  const marks = Array<boolean>(text.length).fill(false);
  markRuns(text, marks);
  const spelt = [...text].map((character) => letters[character] ?? character).join('');
  for (const word of words) {
    for (const form of new Set([text, spelt])) {
      for (let at = form.indexOf(word); at >= 0; at = form.indexOf(word, at + 1))
        marks.fill(true, at, at + word.length);
    }
  }
  return marks;
}

/** Of every second and third character, too: `a1b2c3d4`, `100200300`. */
function markRuns(text: string, marks: boolean[]): void {
  for (let every = 1; every <= 3; every++) {
    for (let start = 0; start < every; start++) {
      const places = [...text].map((_, place) => place).filter((place) => place % every === start);
      const picked = places.map((place) => text.charAt(place)).join('');
      for (let from = 0; from < picked.length; from++) {
        const length = longestRun(picked, from);
        if (length >= shortestRun) for (const place of places.slice(from, from + length)) marks[place] = true;
      }
    }
  }
}

function longestRun(text: string, from: number): number {
  if (!pairs.has(text.slice(from, from + 2))) return 1;
  const same = lengthWhile(text, from, (one, next) => one === next);
  const runs = rows.flatMap((row) => [
    lengthWhile(text, from, (one, next) => row.includes(one + next)),
    lengthWhile(text, from, (one, next) => row.includes(next + one)),
  ]);
  return Math.max(same, ...runs);
}

function pairsOf(one: string, next: string): string[] {
  return [one + next, next + one, one + one];
}

function lengthWhile(text: string, from: number, goesOn: (one: string, next: string) => boolean): number {
  let length = 1;
  while (from + length < text.length && goesOn(text.charAt(from + length - 1), text.charAt(from + length))) length++;
  return length;
}

/** Bytes that count by any step: 00 01 02, 10 20 30. */
function countsMostly(bytes: Buffer): boolean {
  const steps = [...bytes.subarray(1)].map((byte, index) => (byte - (bytes[index] ?? 0)) & 0xff);
  return shareOf(steps.map((step, index) => step === steps[index - 1] || step === steps[index + 1])) >= explainedShare;
}

function shareOf(marks: readonly boolean[]): number {
  return marks.length === 0 ? 0 : marks.filter(Boolean).length / marks.length;
}

function encodedIn(secret: string): Buffer[] {
  const content = secret.replace(/^whsec_/, '');
  const forms: [RegExp, BufferEncoding][] = [
    [/^(?:[0-9a-f]{2})+$/i, 'hex'],
    [/^[\w+/-]+={0,2}$/, 'base64'],
  ];
  const decoded = forms.filter(([form]) => form.test(content)).map(([, encoding]) => Buffer.from(content, encoding));
  return decoded.filter(({ length }) => length >= shortestSecret);
}
