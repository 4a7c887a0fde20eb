import type { FieldProblem } from '../../errors/index.js';
import { matchesWhole, plainPattern } from './plain-pattern.js';

export const parameterTypes = ['string', 'integer', 'number', 'boolean'] as const;
export type ParameterType = (typeof parameterTypes)[number];

/** Forms that a text may have, by the names that JSON Schema has for them, and some that shops need. */
const formats = {
  date: (text: string) => isDate(text),
  time: (text: string) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text),
  email: (text: string) => /^[^\s@,;<>()]{1,64}@[^\s@,;<>()]{1,190}\.[^\s@,;<>().]{2,63}$/.test(text),
  phone: (text: string) => /^\+?[\d ()/.-]{5,30}$/.test(text),
  postcode: (text: string) => /^[A-Za-z0-9][A-Za-z0-9 -]{1,9}$/.test(text),
  digits: (text: string) => /^\d+$/.test(text),
  alphanumeric: (text: string) => /^[A-Za-z0-9]+$/.test(text),
  code: (text: string) => /^[A-Za-z0-9][A-Za-z0-9._/#-]*$/.test(text),
  uuid: (text: string) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
} as const;
export type ParameterFormat = keyof typeof formats;
const formatNames = Object.keys(formats) as ParameterFormat[];

export type ArgumentValue = string | number | boolean | null;
export type ToolArguments = Record<string, ArgumentValue>;

/** What a tool is called with. */
export interface ToolParameter {
  name: string;
  type: ParameterType;
  description?: string;
  enum?: (string | number)[];
  format?: ParameterFormat;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  /** May be left out: it is `null` then. */
  nullable?: boolean;
  /** Has to stand in what the customer wrote. */
  from_customer?: boolean;
}

export const maxParameters = 20;
const maxTextLength = 500;
const nameRule = /^[a-zA-Z][a-zA-Z0-9_]{0,39}$/;

/** What may stand in a property, by its type. */
const keywords: Record<ParameterType, readonly string[]> = {
  string: ['enum', 'format', 'pattern', 'minLength', 'maxLength'],
  integer: ['enum', 'minimum', 'maximum'],
  number: ['enum', 'minimum', 'maximum'],
  boolean: [],
};
const always = ['type', 'description', 'nullable', 'from_customer'];

/**
 * Reads an object of JSON Schema, as far as tools may use it.
 * @returns the parameters in the order they stand in, or what is wrong with it
 */
export function readParameters(schema: unknown): { parameters: ToolParameter[]; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const wrong = (field: string, expected: string): void => void problems.push({ field, expected });
  if (!isObject(schema)) return { parameters: [], problems: [{ field: 'parameters', expected: 'expected an object' }] };
  const { type = 'object', properties = {}, required = [], additionalProperties = false, ...others } = schema;
  if (type !== 'object') wrong('parameters.type', 'expected "object"');
  if (additionalProperties !== false) wrong('parameters.additionalProperties', 'expected false');
  for (const other of Object.keys(others)) wrong(`parameters.${other}`, 'is not supported here');
  if (!isObject(properties)) wrong('parameters.properties', 'expected an object');
  if (!Array.isArray(required) || required.some((name) => typeof name !== 'string'))
    wrong('parameters.required', 'expected a list of names');
  if (problems.length > 0) return { parameters: [], problems };
  const names = new Set(required as string[]);
  const declared = Object.entries(properties as Record<string, unknown>);
  if (declared.length > maxParameters) wrong('parameters.properties', `expected at most ${maxParameters}`);
  for (const name of names)
    if (!(name in (properties as object))) wrong('parameters.required', `${name} is not declared`);
  const parameters = declared.map(([name, property]) => readParameter(name, property, !names.has(name), wrong));
  return { parameters, problems };
}

function readParameter(
  name: string,
  property: unknown,
  isOptional: boolean,
  report: (field: string, expected: string) => void,
): ToolParameter {
  const wrong = (keyword: string, expected: string): void =>
    report(`parameters.properties.${name}${keyword ? `.${keyword}` : ''}`, expected);
  if (!nameRule.test(name)) wrong('', 'expected a name of letters, digits and _, at most 40');
  const given = isObject(property) ? property : {};
  const [type, saysNull] = typeOf(given['type']);
  if (type === undefined) {
    wrong('type', `expected one of ${parameterTypes.join(', ')}`);
    return { name, type: 'string' };
  }
  for (const keyword of Object.keys(given))
    if (![...always, ...keywords[type]].includes(keyword)) wrong(keyword, `is not supported for a ${type}`);
  const parameter = { ...given, name, type, nullable: isOptional || saysNull || given['nullable'] === true };
  for (const [keyword, check] of Object.entries(keywordRules)) {
    const value = given[keyword];
    const expected = value === undefined ? undefined : check(value, type);
    if (expected !== undefined) wrong(keyword, expected);
  }
  const { from_customer: fromCustomer, format } = given;
  if (fromCustomer === true && (type === 'boolean' || format === 'date' || format === 'time'))
    wrong('from_customer', 'is for what a customer writes letter by letter: no boolean, date or time');
  return parameter;
}

/** Each says what was expected, or nothing. */
const keywordRules: Record<string, (value: unknown, type: ParameterType) => string | undefined> = {
  description: (value) =>
    typeof value === 'string' && value.length <= 500 ? undefined : 'expected a text, at most 500',
  nullable: (value) => (typeof value === 'boolean' ? undefined : 'expected true or false'),
  from_customer: (value) => (typeof value === 'boolean' ? undefined : 'expected true or false'),
  enum: (value, type) =>
    Array.isArray(value) && value.length > 0 && value.length <= 100 && value.every((one) => fits(one, type))
      ? undefined
      : `expected 1 to 100 values of the type ${type}`,
  format: (value) =>
    formatNames.includes(value as ParameterFormat) ? undefined : `expected one of ${formatNames.join(', ')}`,
  pattern: (value) =>
    typeof value === 'string' && value.length <= 200 && plainPattern(value)
      ? undefined
      : 'expected letters and classes one behind the other, such as ^JP-[0-9]{5}$; no groups, no alternatives',
  minLength: (value) => wholeNumber(value, 0, maxTextLength),
  maxLength: (value) => wholeNumber(value, 1, maxTextLength),
  minimum: (value) => (Number.isFinite(value) ? undefined : 'expected a number'),
  maximum: (value) => (Number.isFinite(value) ? undefined : 'expected a number'),
};

function wholeNumber(value: unknown, from: number, to: number): string | undefined {
  const isOne = Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
  return isOne ? undefined : `expected a whole number from ${from} to ${to}`;
}

function typeOf(value: unknown): [ParameterType | undefined, boolean] {
  const given: unknown[] = Array.isArray(value) ? value : [value];
  const named = given.filter((one) => one !== 'null');
  const [type] = named.length === 1 ? named : [];
  return [parameterTypes.find((one) => one === type), given.includes('null')];
}

/** As JSON Schema, as an owner would write it. */
export function schemaOf(parameters: readonly ToolParameter[]): Record<string, unknown> {
  const properties = parameters.map(({ name, nullable, ...rest }) => [name, nullable ? { ...rest, nullable } : rest]);
  const required = parameters.filter(({ nullable }) => !nullable).map(({ name }) => name);
  return {
    type: 'object',
    additionalProperties: false,
    required,
    properties: Object.fromEntries(properties) as object,
  };
}

/**
 * The strict schema that a model is given: every property required, `null` where it may be left out. Lengths, limits
 * and forms go into the description, because not every API takes them; they are checked here again.
 */
export function strictSchemaOf(parameters: readonly ToolParameter[]): Record<string, unknown> {
  const properties = parameters.map((parameter) => {
    const { name, type, nullable, enum: values } = parameter;
    const description = describe(parameter);
    return [
      name,
      {
        type: nullable ? [type, 'null'] : type,
        ...(description ? { description } : {}),
        ...(values ? { enum: nullable ? [...values, null] : values } : {}),
      },
    ];
  });
  return {
    type: 'object',
    additionalProperties: false,
    required: parameters.map(({ name }) => name),
    properties: Object.fromEntries(properties) as object,
  };
}

function describe({ description, format, pattern, minLength, maxLength, ...rest }: ToolParameter): string {
  const { minimum, maximum, from_customer: fromCustomer, nullable } = rest;
  return [
    description,
    format && `Form: ${format === 'date' ? 'YYYY-MM-DD' : format === 'time' ? 'HH:MM' : format}.`,
    pattern && `Form: ${pattern}`,
    (minLength ?? maxLength) !== undefined && `Length: ${minLength ?? 0} to ${maxLength ?? maxTextLength}.`,
    (minimum ?? maximum) !== undefined && `From ${minimum ?? 'any'} to ${maximum ?? 'any'}.`,
    fromCustomer && 'Only exactly as the customer wrote it in this conversation; if they did not, ask for it.',
    nullable && 'null when it is not known.',
  ]
    .filter(Boolean)
    .join(' ');
}

/**
 * The arguments as they are sent: every parameter in its order, `null` where it was left out.
 * @returns them, or what is wrong with them
 */
export function readArguments(
  parameters: readonly ToolParameter[],
  given: unknown,
): { args: ToolArguments; problems: FieldProblem[] } {
  if (!isObject(given)) return { args: {}, problems: [{ field: 'arguments', expected: 'expected an object' }] };
  const problems: FieldProblem[] = [];
  const known = new Set(parameters.map(({ name }) => name));
  for (const name of Object.keys(given))
    if (!known.has(name)) problems.push({ field: `arguments.${name.slice(0, 40)}`, expected: 'is not a parameter' });
  const args: ToolArguments = {};
  for (const parameter of parameters) {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined;
    const read = typeof value === 'string' ? value.trim() : (value ?? null);
    const expected = problemOf(parameter, read);
    if (expected === undefined) args[parameter.name] = read as ArgumentValue;
    else problems.push({ field: `arguments.${parameter.name}`, expected });
  }
  return { args, problems };
}

function problemOf(parameter: ToolParameter, value: unknown): string | undefined {
  const { type, nullable, enum: values, minimum = -Infinity, maximum = Infinity } = parameter;
  if (value === null) return nullable ? undefined : 'is needed';
  if (!fits(value, type)) return `expected a ${type}`;
  if (values && !values.includes(value as string | number)) return `expected one of ${values.join(', ')}`;
  if (typeof value === 'number' && (value < minimum || value > maximum))
    return `expected a number from ${minimum} to ${maximum}`;
  return typeof value === 'string' ? textProblem(parameter, value) : undefined;
}

function textProblem({ format, pattern, minLength = 0, maxLength, nullable }: ToolParameter, value: string) {
  const most = maxLength ?? maxTextLength;
  const length = [...value].length;
  if (length < Math.max(minLength, nullable ? 0 : 1) || length > most)
    return `expected ${minLength} to ${most} letters`;
  if (/\p{Cc}/u.test(value)) return 'expected one line';
  if (format && !formats[format](value)) return `expected the form ${format}`;
  const form = pattern === undefined ? undefined : plainPattern(pattern);
  return form && !matchesWhole(form, value) ? `expected the form ${pattern}` : undefined;
}

function fits(value: unknown, type: ParameterType): boolean {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  return typeof value === type;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
