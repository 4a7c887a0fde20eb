import type { FieldProblem } from '../../errors/index.js';
import type { ArgumentValue, ToolArguments, ToolParameter } from './tool-parameters.js';

/** Where arguments go: `https://shop.example.com/orders/{order_number}?zip={postcode}`. */
const placeholder = /\{([^{}]*)\}/g;

/** @returns the names of the placeholders, in their order */
export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name = '']) => name);
}

/** What is wrong with an address; arguments may stand in path segments and query values alone. */
export function templateProblems(template: string, parameters: readonly ToolParameter[]): FieldProblem[] {
  const problem = (expected: string): FieldProblem[] => [{ field: 'url', expected }];
  const [, origin = '', path = '', query = ''] = /^([a-z]+:\/\/[^/?#]*)([^?#]*)(\?[^#]*)?$/i.exec(template) ?? [];
  if (origin === '' || !URL.canParse(template.replace(placeholder, 'x')))
    return problem('expected an address such as https://shop.example.com/orders/{order_number}, without #');
  const { username, password } = new URL(origin);
  if (username || password) return problem('must not hold a user or password; use a secret header');
  const pairs = query.slice(1).split('&').filter(Boolean);
  const misplaced = /[{}]/.test(origin) || pairs.some((pair) => /[{}]/.test(pair.split('=')[0] ?? ''));
  if (misplaced) return problem('placeholders may stand in the path and in values of the query alone');
  if (/[{}]/.test(template.replace(placeholder, ''))) return problem('a brace is not closed, or not opened');
  if (path.split('/').some((segment) => /^\.{1,2}$/.test(segment)))
    return problem('must not hold . or .. as a segment');
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const unknown = placeholdersOf(template).find((name) => !byName.has(name));
  if (unknown !== undefined) return problem(`{${unknown}} is not among the parameters`);
  const optional = placeholdersOf(path).find((name) => byName.get(name)?.nullable);
  return optional === undefined ? [] : problem(`{${optional}} stands in the path, so it has to be required`);
}

/** The address with its arguments, each percent-encoded. @throws {TypeError} an argument does not fit where it stands */
export function fillTemplate(template: string, args: ToolArguments): string {
  const [, before = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(template) ?? [];
  const path = before.replace(placeholder, (_all, name: string) => pathValue(name, args[name] ?? null));
  if (path.split('/').some((segment) => /^\.{1,2}$/.test(segment))) throw new TypeError('a segment of dots');
  const pairs = (query ?? '').split('&').filter(Boolean);
  const filled = pairs.flatMap((pair) => {
    const names = placeholdersOf(pair);
    if (names.some((name) => (args[name] ?? null) === null)) return [];
    return [pair.replace(placeholder, (_all, name: string) => encodeURIComponent(String(args[name])))];
  });
  return filled.length > 0 ? `${path}?${filled.join('&')}` : path;
}

/** What stands nowhere in the address: sent as a body, or where there is none, in the query. */
export function unplacedArguments(template: string, args: ToolArguments): ToolArguments {
  const placed = new Set(placeholdersOf(template));
  return Object.fromEntries(Object.entries(args).filter(([name]) => !placed.has(name)));
}

/** Arguments behind the query that is there. */
export function withQuery(url: string, args: ToolArguments): string {
  const pairs = Object.entries(args)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/** An encoded slash is a slash to many servers: what holds one could leave its segment. */
export function pathProblem(value: ArgumentValue): string | undefined {
  const text = value === null ? '' : String(value);
  return text === '' || /[/\\]/.test(text) || /^\.{1,2}$/.test(text)
    ? 'must not be empty, dots or hold a slash'
    : undefined;
}

function pathValue(name: string, value: ArgumentValue): string {
  if (pathProblem(value) !== undefined) throw new TypeError(`${name} does not fit into a path`);
  return encodeURIComponent(String(value));
}
