/** So many words in a row of a protected text are a leak, by themselves or in disguise. */
export const leakWords = 8;

/** Letters in a row, with everything else taken out: about as long as eight words. */
const leakLetters = 32;
/** Scripts that say in one character what others say in a word. */
const leakLettersDense = 12;
const dense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;

const speech =
  'say|tell|mention|reveal|share|offer|promise|discuss|disclose|give|answer|respond|reply|talk|quote|admit';
const noun =
  'agent|assistant|chatbot|bot|prompt|instructions?|internal(?:ly)?|confidential|secret|undisclosed|margins?';

/**
 * Sentences by which the instructions speak to the agent, not of the business: "You are…", "Never tell…", "Keep it
 * short", "internal". Where a language isn't known here, telling most of the instructions is what counts.
 */
const directive = new RegExp(
  [
    String.raw`\byou(?:'re| are| answer| work| speak| write| act| must| should| shall| never| always| may not| only)\b`,
    String.raw`\byour (?:name|role|job|task|goal|tone|instructions|answers?|replies)\b`,
    String.raw`\b(?:${noun})\b`,
    String.raw`^\W*(?:please )?(?:be|keep|avoid|pretend|act|ignore|refuse|say|tell|mention|reveal|answer|respond|reply|promise)\b`,
    String.raw`\b(?:du bist|sie sind ein|antworte|niemals|vertraulich|geheim|tu es|vous êtes|ne (?:dis|dites|révèle)|jamais)\b`,
    String.raw`\b(?:eres|usted es|nunca|confidencial|secreto|você é|sei un|non (?:dire|rivelare)|riservato|jij bent|vertrouwelijk)\b`,
    '你是|您是|不要|必须|绝不|机密|あなたは|しないで|秘密|당신은|절대|비밀|أنت |لا تقل|سري|ты |вы |никогда|секрет|gizli|asla',
  ].join('|'),
  'iu',
);

const rule = /\b(?:never|always|do not|don['’]?t|must|only|if)\b/iu;
const aboutSpeech = new RegExp(String.raw`\b(?:${speech})\b`, 'iu');

/** "Never … tell": the two are looked for one after the other, each once; as one pattern it takes the square of the length. */
function isDirective(sentence: string): boolean {
  if (directive.test(sentence)) return true;
  const found = rule.exec(sentence);
  return found !== null && aboutSpeech.test(sentence.slice(found.index + found[0].length));
}

/** What must not be told, cut so that it can be looked for. Build once per account's instructions. */
export interface ProtectedText {
  wordRuns: ReadonlySet<string>;
  letterRuns: ReadonlySet<string>;
  letterRunLength: number;
  /** Steps from letter to letter: the same for every shift of the alphabet. */
  stepRuns: ReadonlySet<string>;
  /** All of the instructions' words runs, facts too: telling most of them is a dump. */
  allRuns: ReadonlySet<string>;
}

/**
 * @param policy our own words: none of them are for customers
 * @param instructions the account's: its directives are protected, its facts (opening hours, prices) are there to be
 *   told, but not all at once
 */
export function protect(policy: string, instructions: string): ProtectedText {
  const sentences = instructions.split(/(?<=[.!?。！？])\s+|\n+/u);
  const guarded = [...policy.split(/\n+/), ...sentences.filter(isDirective)];
  const isDense = (instructions.match(dense)?.length ?? 0) > instructions.length / 5;
  const letterRunLength = isDense ? leakLettersDense : leakLetters;
  return {
    wordRuns: new Set(guarded.flatMap((text) => wordRuns(text))),
    letterRuns: new Set(guarded.flatMap((text) => runs(lettersOf(text), letterRunLength))),
    letterRunLength,
    stepRuns: new Set(guarded.flatMap((text) => runs(stepsOf(text), leakLetters))),
    allRuns: new Set(wordRuns(instructions)),
  };
}

/**
 * Whether an answer tells what is protected: as it is, or spaced out, reversed, shifted, or in base64 or hex.
 * @param before our latest answers, oldest first: a text told piece by piece is told too
 */
export function leaks(answer: string, guarded: ProtectedText, before: readonly string[] = []): boolean {
  const told = [...before, answer].join('\n');
  return isTold(answer, guarded) || isTold(told, guarded) || isDump(answer, guarded);
}

function isTold(
  text: string,
  { wordRuns: guardedWords, letterRuns, letterRunLength, stepRuns }: ProtectedText,
): boolean {
  if (wordRuns(text).some((run) => guardedWords.has(run))) return true;
  if (runs(stepsOf(text), leakLetters).some((run) => stepRuns.has(run))) return true;
  return disguises(text).some((candidate) =>
    runs(lettersOf(candidate), letterRunLength).some((run) => letterRuns.has(run)),
  );
}

function isDump(answer: string, { allRuns }: ProtectedText): boolean {
  if (allRuns.size < 25) return false;
  const told = new Set(wordRuns(answer).filter((run) => allRuns.has(run)));
  return told.size > allRuns.size / 2;
}

function disguises(text: string): string[] {
  const backwards = [...text].reverse().join('');
  const wordsBackwards = text.split(/\s+/).reverse().join(' ');
  return [text, backwards, wordsBackwards, unleet(text), ...decoded(text)];
}

const leet: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' };

function unleet(text: string): string {
  return text.replace(/[013457@$!]/g, (character) => leet[character] ?? character);
}

/** What base64, hex, percent and number codes in the text say. */
function decoded(text: string): string[] {
  const found: string[] = [];
  const joined = text.replace(/\s+/g, '');
  for (const [candidate] of joined.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)) {
    found.push(Buffer.from(candidate, 'base64').toString('utf8'));
  }
  const hex = text.match(/(?:(?:0x|\\x|%|\\u00)?[0-9a-f]{2}[\s,]*){16,}/gi) ?? [];
  for (const run of hex) found.push(Buffer.from(run.replace(/0x|\\x|%|\\u00|[^0-9a-f]/gi, ''), 'hex').toString('utf8'));
  const codes = text.match(/(?:\b\d{2,3}\b[\s,;]*){16,}/g) ?? [];
  for (const run of codes) found.push(String.fromCharCode(...(run.match(/\d+/g) ?? []).map(Number)));
  const bits = text.match(/(?:[01]{8}\s*){16,}/g) ?? [];
  for (const run of bits)
    found.push(String.fromCharCode(...(run.match(/[01]{8}/g) ?? []).map((bit) => parseInt(bit, 2))));
  return found;
}

function wordRuns(text: string): string[] {
  const words = (text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? []) as string[];
  return words.slice(leakWords - 1).map((_, index) => words.slice(index, index + leakWords).join(' '));
}

function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}]/gu, '');
}

function stepsOf(text: string): string {
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  let steps = '';
  for (let index = 1; index < letters.length; index++) {
    steps += String.fromCharCode(97 + ((letters.charCodeAt(index) - letters.charCodeAt(index - 1) + 26) % 26));
  }
  return steps;
}

function runs(text: string, length: number): string[] {
  const found: string[] = [];
  for (let index = 0; index + length <= text.length; index++) found.push(text.slice(index, index + length));
  return found;
}
