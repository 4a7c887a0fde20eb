export interface Schema {
  $ref?: string;
  type?: string;
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  example?: unknown;
  schema?: Schema;
}

interface OperationObject {
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Schema> };
}

/** One route as the document describes it. */
export interface Operation {
  method: string;
  path: string;
  /** Asks for a Bearer token. */
  secured: boolean;
  parameters: Parameter[];
  /** Of the fields a body may have, how each is described; empty where the route takes none. */
  bodyFields: Record<string, Schema>;
  /** A body made of the document's own examples; `undefined` where the route takes none. */
  exampleBody?: Record<string, unknown>;
}

/** Every route of the document. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const schema = operation.requestBody?.content['application/json']?.schema;
      return {
        method,
        path,
        secured: (operation.security?.length ?? 0) > 0,
        parameters: operation.parameters ?? [],
        bodyFields: schema ? fieldsOf(schema, document) : {},
        ...(schema ? { exampleBody: exampleOf(schema, document) as Record<string, unknown> } : {}),
      };
    }),
  );
}

function fieldsOf(schema: Schema, document: OpenApiDocument): Record<string, Schema> {
  if (schema.$ref) return fieldsOf(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, document);
  return Object.assign(
    {},
    schema.properties,
    ...(schema.allOf ?? []).map((part) => fieldsOf(part, document)),
  ) as Record<string, Schema>;
}

/** What a reader of the document would send: examples, required fields only. */
function exampleOf(schema: Schema, document: OpenApiDocument): unknown {
  if (schema.$ref) return exampleOf(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, document);
  if (schema.example !== undefined) return schema.example;
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, document))) as unknown;
  if (schema.properties) {
    const required = schema.required ?? [];
    const wanted = Object.entries(schema.properties).filter(
      ([name]) => required.includes(name) || required.length === 0,
    );
    return Object.fromEntries(wanted.map(([name, property]) => [name, exampleOf(property, document)]));
  }
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'array') return schema.items ? [exampleOf(schema.items, document)] : [];
  return schema.type === 'boolean' ? true : schema.type === 'number' || schema.type === 'integer' ? 1 : 'text';
}
