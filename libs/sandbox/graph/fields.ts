/**
 * A Graph `fields` list: names, each with a sub-list in braces, as in `id,messages.limit(5){id,created_time}`.
 * Null when the caller named none.
 */
export type FieldList = Map<string, { limit?: number; fields: FieldList | null }>;

/** Reads a `fields` parameter. */
export function parseFields(text: unknown): FieldList | null {
  if (typeof text !== 'string' || text.trim() === '') return null;
  const fields: FieldList = new Map();
  for (const part of splitTopLevel(text)) {
    const match = /^\s*([\w]+)(?:\.limit\((\d+)\))?\s*(?:\{(.*)\})?\s*$/s.exec(part);
    if (!match?.[1]) continue;
    fields.set(match[1], { limit: match[2] ? Number(match[2]) : undefined, fields: parseFields(match[3]) });
  }
  return fields;
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}') depth--;
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** Those of `all` that were asked for (or are in `defaults`), and the id, which Graph always gives. */
export function pick(
  all: Record<string, unknown>,
  fields: FieldList | null,
  defaults: readonly string[],
): Record<string, unknown> {
  const names = fields ? [...fields.keys()] : defaults;
  const picked: Record<string, unknown> = {};
  for (const name of names) if (all[name] !== undefined) picked[name] = all[name];
  if (all.id !== undefined) picked.id = all.id;
  return picked;
}
