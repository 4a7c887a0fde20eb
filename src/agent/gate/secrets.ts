import { redactText } from '../../observability/index.js';

const keysAndTokens = [
  /-----BEGIN [A-Z ]+-----/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\b(?:gh[pousr]_|github_pat_|xox[abprs]-|glpat-|sk_live_|rk_live_|whsec_|shpat_)[\w-]{10,}/,
  /\bAIza[\w-]{30,}/,
  /\b(?:mongodb(?:\+srv)?|rediss?|postgres(?:ql)?|mysql|amqps?):\/\//i,
];
/** A name for a secret and what is said to be it. */
const named =
  /\b(?:password|passwd|passphrase|api[ _-]?key|secret[ _-]?key|access[ _-]?token|client[ _-]?secret|private[ _-]?key|passwort|kennwort|contraseña|mot de passe|senha|wachtwoord|пароль)\s*(?:is|are|ist|lautet|es|est|é|=|:)+\s*["'“”„«`]?([^\s"'“”»`]+)/giu;
/** What forbids to tell: a fact in such a sentence is not there for customers. */
const forbids =
  /\b(?:never|do not|don['’]?t|must not|secret|confidential|internal|private|only for staff|nicht|niemals|nie|geheim|vertraulich|no digas|nunca|confidencial|jamais|ne pas|mai)\b/iu;

/**
 * Whether the text holds what looks like a key, a token or a blob nobody can read. The look decides, not the word
 * "password" beside it.
 * @param ownTexts the business's words: what stands in them as a fact to tell (the word for the WiFi, an IBAN) is told
 */
export function holdsSecret(text: string, ownTexts: readonly string[] = []): boolean {
  if (redactText(text) !== text) return true;
  if (keysAndTokens.some((pattern) => pattern.test(text))) return true;
  const facts = ownTexts.flatMap((own) => own.split(/(?<=[.!?。！？])\s+|\n+/u)).filter((own) => !forbids.test(own));
  const isTold = (value: string): boolean => facts.some((fact) => fact.includes(value));
  for (const [, value = ''] of text.matchAll(named)) {
    const word = value.replace(/[.,!?;:)]+$/u, '');
    if (looksChosen(word) && !isTold(word)) return true;
  }
  const withoutLinks = text.replace(/\bhttps?:\/\/\S+/gi, ' ');
  return (withoutLinks.match(/[A-Za-z0-9+/=_-]{28,}/g) ?? []).some((run) => looksRandom(run) && !isTold(run));
}

/** Letters mixed with digits or signs, or many digits: no word of a sentence. */
function looksChosen(word: string): boolean {
  const bare = word.replace(/^[^\p{L}\p{N}]+/u, '');
  if (word.length < 5 || /^\p{L}+(?:[-'’/]\p{L}+)*$/u.test(bare)) return false;
  const hasLetter = /\p{L}/u.test(word);
  return hasLetter ? /\d|[^\p{L}\p{N}'’-]/u.test(word) : /\d{6}/.test(word);
}

/** Long runs that mix letters and digits, or both cases at random: no word of any language does. */
function looksRandom(run: string): boolean {
  const digits = (run.match(/\d/g) ?? []).length;
  const changes = (run.match(/[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]/g) ?? []).length;
  return (digits > 0 && digits < run.length && changes >= 3) || changes >= 6 || /^[0-9a-f]{32,}$/i.test(run);
}
