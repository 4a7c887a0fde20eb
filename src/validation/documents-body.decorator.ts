import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiExtraModels, getSchemaPath } from '@nestjs/swagger';

/** What holds for the fields of a body together. */
export interface BodyRule {
  minProperties?: number;
  anyOf?: { required: string[] }[];
}

/** Documents a body whose fields depend on each other, which rules on single fields can't say. */
export function DocumentsBody(dto: Type, rule: BodyRule): MethodDecorator {
  return applyDecorators(ApiExtraModels(dto), ApiBody({ schema: { allOf: [{ $ref: getSchemaPath(dto) }], ...rule } }));
}
