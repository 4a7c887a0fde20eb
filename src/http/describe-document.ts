import type { OpenAPIObject } from '@nestjs/swagger';
import { fieldDescriptions, parameterDescriptions } from './field-descriptions.js';

interface Described {
  $ref?: string;
  description?: string;
}

interface Header {
  description: string;
  schema: { type: string; minimum?: number; format?: string };
}

interface Response extends Described {
  headers?: Record<string, Header | Described>;
}

interface Operation {
  parameters?: (Described & { name?: string })[];
  responses?: Record<string, Response>;
  security?: object[];
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

const headers: Record<string, Header> = {
  RequestId: { description: 'The request’s id; also in the log.', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds after which to come back.', schema: { type: 'integer', minimum: 0 } },
  Challenge: { description: 'How to authenticate: `Bearer`.', schema: { type: 'string' } },
};
const refer = (name: keyof typeof headers): Described => ({ $ref: `#/components/headers/${name}` });

/** Headers that every answer of a status has; `ErrorFilter` and the hooks set them, whatever the route. */
const headersByStatus: Record<string, Record<string, Described>> = {
  401: { 'WWW-Authenticate': refer('Challenge') },
  429: { 'Retry-After': refer('RetryAfter') },
  503: { 'Retry-After': refer('RetryAfter') },
};

/** Adds what routes need not say each for itself: what fields and parameters mean, and the headers of answers. */
export function describeDocument(document: OpenAPIObject): OpenAPIObject {
  document.components = { ...document.components, headers };
  for (const schema of Object.values(document.components.schemas ?? {})) {
    if (!('properties' in schema)) continue;
    for (const [name, property] of Object.entries(schema.properties ?? {})) describe(property, fieldDescriptions[name]);
  }
  for (const path of Object.values(document.paths)) {
    for (const method of methods) {
      const operation = path[method] as Operation | undefined;
      if (!operation) continue;
      // What asks for no token says so, or a client's generator takes it for forgotten.
      operation.security ??= [];
      for (const parameter of operation.parameters ?? [])
        describe(parameter, parameterDescriptions[parameter.name ?? ''] ?? fieldDescriptions[parameter.name ?? '']);
      for (const [status, response] of Object.entries(operation.responses ?? {})) {
        response.description ||= 'What was asked for.';
        response.headers = { 'x-request-id': refer('RequestId'), ...headersByStatus[status], ...response.headers };
      }
    }
  }
  return document;
}

/** A reference can't have a description beside it: its schema has one. */
function describe(described: Described, description: string | undefined): void {
  if (described.$ref === undefined && description !== undefined) described.description ??= description;
}
