import mongoose from 'mongoose';
import { isMongoAway } from '../../errors/index.js';

/**
 * What an error says of the event that could not be stored:
 * - `content`: it can't be stored by anybody, ever. It is set aside at once;
 * - `store`: MongoDB, or how it is set up, would refuse any other event as well. Everything is tried again as it is;
 * - `code`: this version stumbles over it. Its delivery is tried again some times, then waits for a person: a version that
 *   can do it may come.
 */
export type StoringFailure = 'content' | 'store' | 'code';

/** MongoDB's codes for documents that it takes in no circumstances. */
const refusedContent = new Set([
  14, // TypeMismatch
  22, // InvalidBSON
  52, // DollarPrefixedFieldName
  121, // DocumentValidationFailure
  10_334, // BSONObjectTooLarge
  17_280, // KeyTooLong
  17_419, // the document would become too large
  17_420, // the document would become too large
]);

const contentErrors = new Set(['BSONError', 'BSONVersionError', 'BSONRuntimeError', 'BSONOffsetError']);
const mongooseContentErrors = new Set(['ValidationError', 'CastError', 'StrictModeError', 'ObjectParameterError']);

export function storingFailure(error: unknown): StoringFailure {
  if (isMongoAway(error)) return 'store';
  if (!(error instanceof Error)) return 'code';
  if (contentErrors.has(error.name) || isTooLargeForTheDriver(error)) return 'content';
  if (error instanceof mongoose.mongo.MongoError) return refusedContent.has(Number(error.code)) ? 'content' : 'store';
  if (error instanceof mongoose.Error) return mongooseContentErrors.has(error.name) ? 'content' : 'store';
  return 'code';
}

/** The driver measures before it sends, and has no class of its own for what does not fit. */
function isTooLargeForTheDriver(error: Error): boolean {
  const measured = error instanceof RangeError || error instanceof mongoose.mongo.MongoInvalidArgumentError;
  return measured && /larger than the maximum|too large|out of range/i.test(error.message);
}
