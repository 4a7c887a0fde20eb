import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { InvalidRequestError, type FieldProblem } from '../errors/index.js';

/** A route that takes a body needs one: none at all, or `null`, would leave nothing to check and pass. */
class BodyExpectingPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (metadata.type === 'body' && !isObject && this.toValidate(metadata)) {
      throw new InvalidRequestError('This request needs a JSON object as its body.', [
        { field: 'body', expected: 'a JSON object' },
      ]);
    }
    const dropped = this.toValidate(metadata) ? droppedKey(value) : undefined;
    if (dropped !== undefined) {
      throw new InvalidRequestError(`${dropped}: is not a known field`, [
        { field: dropped, expected: 'is not a known field' },
      ]);
    }
    return super.transform(value, metadata);
  }
}

/** class-transformer leaves `constructor` out without a word, so the check for unknown fields never sees it. */
function droppedKey(value: unknown, path = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'constructor') return `${path}${key}`;
    const found = droppedKey(inner, `${path}${key}.`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Checks every DTO: unknown fields are refused, types are not guessed in bodies, errors name field and expectation. */
export function validationPipe(): ValidationPipe {
  return new BodyExpectingPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors: ValidationError[]) => {
      const problems = onePerField(errors.flatMap((error) => flatten(error, '')));
      const first = problems[0];
      return new InvalidRequestError(
        first ? `${first.field}: ${first.expected}` : 'The request is not valid.',
        problems,
      );
    },
  });
}

function flatten(error: ValidationError, parent: string): FieldProblem[] {
  const { property, constraints = {}, children = [] } = error;
  const field = parent === '' ? property : `${parent}.${property}`;
  const own = Object.entries(constraints).map(([rule, expected]) => ({
    field,
    expected: rule === 'whitelistValidation' ? 'is not a known field' : withoutName(property, expected),
  }));
  own.reverse(); // decorators are applied from the last to the first, and the type, declared first, says most
  return [...own, ...children.flatMap((child) => flatten(child, field))];
}

/** class-validator's own sentences begin with the name of the field, which stands beside them already. */
function withoutName(property: string, sentence: string): string {
  return sentence.startsWith(`${property} `) ? sentence.slice(property.length + 1) : sentence;
}

/** A dashboard shows one sentence beside each field: everything that was expected of it. */
function onePerField(problems: FieldProblem[]): FieldProblem[] {
  const expectations = new Map<string, Set<string>>();
  for (const { field, expected } of problems)
    expectations.set(field, (expectations.get(field) ?? new Set()).add(expected));
  return [...expectations].map(([field, expected]) => ({ field, expected: [...expected].join('; ') }));
}
