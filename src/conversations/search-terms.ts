/** Longer ones are cut: nobody types more of a word, and an index key has its price. */
const maxTermLength = 24;
const maxTerms = 24;
const isAscii = /^\p{ASCII}*$/u;

/**
 * The words of a text as they are searched for: without case, accents and punctuation. What is stored and what is
 * asked for go through the same function, so a query holds nothing but letters and digits when it becomes a pattern.
 */
export function searchTermsOf(...texts: (string | undefined)[]): string[] {
  const terms = new Set<string>();
  for (const text of texts) {
    for (const word of folded(text ?? '').match(/[\p{L}\p{N}]+/gu) ?? []) {
      if (terms.size >= maxTerms) return [...terms];
      terms.add(word.length > maxTermLength ? [...word].slice(0, maxTermLength).join('') : word);
    }
  }
  return [...terms];
}

function folded(text: string): string {
  const start = text.slice(0, 500);
  return (isAscii.test(start) ? start : start.normalize('NFKD').replace(/\p{M}/gu, '')).toLowerCase();
}
