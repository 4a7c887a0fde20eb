import { Transform } from 'class-transformer';

/** Query strings are text: a whole number becomes one, anything else stays what it is and is refused. */
export const toInt = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
);

/** A form sends a field that nobody filled in as an empty one. */
export const emptyIsAbsent = Transform(({ value }: { value: unknown }) => (value === '' ? undefined : value));

export const toBoolean = Transform(({ value }: { value: unknown }) =>
  value === 'true' ? true : value === 'false' ? false : value,
);

/** The account's `_id` or its Instagram id. */
export const accountIdPattern = /^(?:[0-9a-fA-F]{24}|\d{1,32})$/;
export const accountIdRule = { message: 'expected the account’s _id or its Instagram id' };
/**
 * A person's id. Meta calls its ids strings and promises no digits. One of dots alone would lead elsewhere in a URL, and
 * one that begins so stands for somebody of whom only a comment is known.
 */
export const metaIdPattern = /^(?!comment:)(?=.*[A-Za-z0-9])[A-Za-z0-9_.:-]{1,140}$/;
export const metaIdRule = { message: 'expected an id of the channel' };
export const cursorPattern = /^[\w-]{1,100}$/;
export const cursorRule = { message: 'expected a next_cursor' };
