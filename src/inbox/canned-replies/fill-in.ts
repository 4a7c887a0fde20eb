/** What a text may ask for. */
export const variables = [
  'customer.name',
  'customer.first_name',
  'customer.username',
  'account.name',
  'account.username',
  'me.name',
] as const;
export type Variable = (typeof variables)[number];

export type Values = Partial<Record<Variable, string>>;

const placeholder = /\{\{\s*([a-z_.]{1,40})\s*\}\}/g;

const isVariable = (name: string): name is Variable => (variables as readonly string[]).includes(name);

/** The first of a text's placeholders that nothing will ever fill. */
export function unknownIn(text: string): string | undefined {
  for (const [, name = ''] of text.matchAll(placeholder)) if (!isVariable(name)) return name;
  return undefined;
}

/**
 * A text with what is known put in. What is not known stays as it stands, and is named: nobody is greeted as “Hello ,”.
 * A value is put in as it is; what looks like a placeholder in it stays what the customer called themselves.
 */
export function fillIn(text: string, values: Values): { text: string; missing: Variable[] } {
  const missing = new Set<Variable>();
  const filled = text.replace(placeholder, (whole, name: string) => {
    if (!isVariable(name)) return whole;
    const value = values[name];
    if (value) return value;
    missing.add(name);
    return whole;
  });
  return { text: filled, missing: [...missing] };
}
