import { InvalidRequestError } from '../errors/index.js';

/** Where a page ended: the time it is sorted by, and the id that breaks ties. */
export interface Position {
  at: Date;
  id: string;
}

export function cursorOf({ at, id }: Position): string {
  return Buffer.from(`${at.getTime().toString(36)}.${id}`).toString('base64url');
}

/** @throws {InvalidRequestError} it is not one of ours */
export function readCursor(cursor: string): Position {
  const [, time = '', id = ''] =
    /^([0-9a-z]{1,9})\.([0-9a-f]{24})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (id === '') {
    throw new InvalidRequestError('cursor: expected a next_cursor', [{ field: 'cursor', expected: 'a next_cursor' }]);
  }
  return { at: new Date(parseInt(time, 36)), id };
}
