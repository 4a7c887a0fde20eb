import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { InvalidRequestError } from '../errors/index.js';
import { validationPipe } from './validation.pipe.js';

class Part {
  @IsString()
  @Length(1, 10)
  title!: string;
}

class Body {
  @IsInt()
  @Min(1)
  @Max(100)
  limit!: number;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts?: Part[];

  @IsOptional()
  @Length(4, 4, { message: 'expected a code' })
  @Matches(/^\d+$/, { message: 'expected a code' })
  code?: string;
}

async function refusal(body: unknown): Promise<InvalidRequestError> {
  const refused: unknown = await validationPipe()
    .transform(body, { type: 'body', metatype: Body })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  if (!(refused instanceof InvalidRequestError)) throw new Error('it was taken');
  return refused;
}

it('names a field once, with everything that was expected of it, the type first', async () => {
  const refused = await refusal({ limit: 'ten', parts: [] });

  const expected = 'must be an integer number; must not be less than 1; must not be greater than 100';
  expect(refused.details).toEqual([{ field: 'limit', expected }]);
  expect(refused.message).toBe(`limit: ${expected}`);
});

it('says the same only once', async () => {
  const refused = await refusal({ limit: 1, code: 'x' });

  expect(refused.details).toEqual([{ field: 'code', expected: 'expected a code' }]);
});

it('names fields deeper down by their path, each for itself', async () => {
  const refused = await refusal({ limit: 1, colour: 'red', parts: [{ title: 5 }, { title: 'fine', size: 1 }] });

  expect(refused.details).toEqual([
    { field: 'colour', expected: 'is not a known field' },
    {
      field: 'parts.0.title',
      expected: 'must be a string; must be longer than or equal to 1 and shorter than or equal to 10 characters',
    },
    { field: 'parts.1.size', expected: 'is not a known field' },
  ]);
});
