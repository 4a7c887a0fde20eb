/** A figure as an answer declares it. */
export interface Reckoned {
  written: string;
  source: null;
  calculation: { operator: '+'; operands: string[] };
}

const number = /\d+(?:[.,]\d{1,2})?(?![\d:])/g;
const mostTerms = 6;
const valueOf = (written: string): number => Math.round(Number(written.replace(',', '.')) * 100);

/**
 * The sums among an answer's figures, each with the prices that it is made of: a good model says how it reckoned.
 * @param given what the answer may draw on
 * @param prices where its prices stand
 */
export function sumsIn(text: string, given: string, prices: string): Reckoned[] {
  const known = new Set((given.match(number) ?? []).map(valueOf));
  const terms = [...new Map((prices.match(number) ?? []).map((written) => [valueOf(written), written]))].filter(
    ([value]) => value > 0,
  );
  const sums: Reckoned[] = [];
  for (const written of new Set(text.match(number) ?? [])) {
    const wanted = valueOf(written);
    // A number of another kind may be the same: a price is reckoned all the same.
    if (known.has(wanted) && !isAmount(written, text)) continue;
    const operands = fewest(wanted, terms);
    if (operands) sums.push({ written, source: null, calculation: { operator: '+', operands } });
  }
  return sums;
}

function isAmount(written: string, text: string): boolean {
  const plain = written.replace('.', '\\.');
  return new RegExp(`[€£$]\\s?${plain}(?![\\d.,]*\\d)|(?<![\\d.,])${plain}\\s?(?:[€£$]|euros?\\b)`, 'iu').test(text);
}

/** The fewest terms, each as often as need be, that come to it. */
function fewest(wanted: number, terms: readonly [number, string][]): string[] | undefined {
  let paths = new Map<number, string[]>([[0, []]]);
  for (let count = 1; count <= mostTerms; count++) {
    const longer = new Map<number, string[]>();
    for (const [sum, path] of paths)
      for (const [value, written] of terms)
        if (sum + value <= wanted && !longer.has(sum + value)) longer.set(sum + value, [...path, written]);
    const found = longer.get(wanted);
    if (found && count > 1) return found;
    paths = longer;
  }
  return undefined;
}
