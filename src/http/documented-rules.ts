import type { OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';

/** Where `@ApiProperty` keeps what it was told; @nestjs/swagger does not export the name. */
const propertyKey = 'swagger/apiModelProperties';

interface Rule {
  name?: string;
  type: string;
  constraints?: unknown[];
  each: boolean;
}

type Limits = Record<string, unknown>;

const first = (rule: Rule): unknown => rule.constraints?.[0];

/** What a validation rule means in a JSON schema. What is not listed can't be said there, or is said by the type. */
const meanings: Record<string, (rule: Rule) => Limits> = {
  isInt: () => ({ type: 'integer' }),
  min: (rule) => ({ minimum: first(rule) }),
  max: (rule) => ({ maximum: first(rule) }),
  minLength: (rule) => ({ minLength: first(rule) }),
  maxLength: (rule) => ({ maxLength: first(rule) }),
  isLength: ({ constraints = [] }) => ({ minLength: constraints[0], maxLength: constraints[1] }),
  matches: (rule) => patternOf(first(rule)),
  isMongoId: () => ({ pattern: '^[0-9a-fA-F]{24}$' }),
  isIn: (rule) => ({ enum: first(rule) }),
  isOptional: () => ({ nullable: true }),
  isTime: () => ({ format: 'date-time' }),
  isPublicHttpsUrl: () => ({ format: 'uri', pattern: '^https://', maxLength: 2_000 }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayMinSize: (rule) => ({ minItems: first(rule) }),
  arrayMaxSize: (rule) => ({ maxItems: first(rule) }),
};

/** A schema's pattern has no flags: an expression with one can't be written down. */
function patternOf(expression: unknown): Limits {
  return expression instanceof RegExp && expression.flags === '' ? { pattern: expression.source } : {};
}

/**
 * Writes what class-validator checks into what Swagger documents, so that the document says what a request must look
 * like without each limit standing twice. What `@ApiProperty` says itself stays as it is.
 */
export function documentValidationRules(): void {
  for (const [target, rules] of getMetadataStorage()['validationMetadatas'] as Map<unknown, (Rule & Property)[]>) {
    if (typeof target !== 'function') continue;
    for (const rule of rules) documentRule(target.prototype as object, rule);
  }
}

interface Property {
  propertyName: string;
}

function documentRule(prototype: object, { propertyName, ...rule }: Rule & Property): void {
  const meaning = meanings[rule.name ?? rule.type];
  const said = Reflect.getMetadata(propertyKey, prototype, propertyName) as Limits | undefined;
  // A rule for each element stands beside the array's own: Swagger moves it to the items.
  if (!meaning || !said || (rule.each && said['isArray'] !== true)) return;
  // What the elements are is said in full already, as `enum` with `isArray` says it.
  if (rule.each && said['items'] !== undefined) return;
  const { type, ...limits } = meaning(rule);
  // A type written in words is the reader's; a bare `Number` is what the compiler left.
  const typed = type !== undefined && (said['type'] === undefined || said['type'] === Number) ? { type } : {};
  Reflect.defineMetadata(propertyKey, { ...limits, ...said, ...typed }, prototype, propertyName);
}

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
}

/** Unknown fields of a body are refused, so the document says that there are no others. */
export function closeRequestBodies(document: OpenAPIObject): OpenAPIObject {
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>;
  const closed = new Set<Schema>();
  const close = (schema: Schema | undefined): void => {
    if (!schema || closed.has(schema)) return;
    closed.add(schema);
    if (schema.$ref) close(schemas[schema.$ref.split('/').at(-1) ?? '']);
    if (schema.properties) schema.additionalProperties ??= false;
    const parts = [schema.items, ...Object.values(schema.properties ?? {})];
    for (const part of [...parts, ...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])])
      close(part);
  };
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.post, path.put, path.patch, path.delete]) {
      const body = operation?.requestBody;
      if (!body || '$ref' in body) continue;
      for (const { schema } of Object.values(body.content)) close(schema as Schema | undefined);
    }
  }
  return document;
}
