import { ValidateIf } from 'class-validator';

/** May be left out, but not be `null`: class-validator's `IsOptional` would let a null through to the store. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_body: object, value: unknown) => value !== undefined);
