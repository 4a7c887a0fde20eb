import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldDescriptions, parameterDescriptions } from './field-descriptions.js';

interface Documented {
  description?: string;
  $ref?: string;
  name?: string;
  properties?: Record<string, Documented>;
}

interface Operation {
  parameters?: Documented[];
  responses: Record<string, Documented & { headers?: object }>;
}

const text = readFileSync(join(__dirname, '../../openapi.json'), 'utf8');
const document = JSON.parse(text) as {
  components: { schemas: Record<string, Documented> };
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

describe('openapi.json', () => {
  it('says what every field means', () => {
    const silent = Object.entries(document.components.schemas).flatMap(([schema, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, { description, $ref }]) => !description && !$ref)
        .map(([field]) => `${schema}.${field}: add it to field-descriptions.ts, or a description to the property`),
    );

    expect(silent).toEqual([]);
  });

  it('says what every parameter means', () => {
    const silent = operations.flatMap(({ name, operation }) =>
      (operation.parameters ?? [])
        .filter(({ description }) => !description)
        .map((parameter) => `${name} ${parameter.name}`),
    );

    expect(silent).toEqual([]);
  });

  it('names the headers of every answer', () => {
    for (const { operation } of operations)
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.headers).toHaveProperty('x-request-id');
        if (status === '429') expect(response.headers).toHaveProperty('Retry-After');
      }
  });

  it.each(Object.keys({ ...fieldDescriptions, ...parameterDescriptions }))('still has %s', (name) => {
    // Not toContain: the document is long, and Jest copies it into each of these.
    expect(text.includes(`"${name}"`)).toBe(true);
  });
});
