import mongoose from 'mongoose';
import { answerTo } from './error.filter.js';
import { isMongoAway, lostConnection } from './mongo-away.js';

const { MongoBulkWriteError, MongoNetworkError, MongoServerError } = mongoose.mongo;
const refused = new MongoServerError({ message: 'not authorized', code: 13 });

it.each([
  ['a broken connection', new MongoNetworkError('closed'), true],
  ['one that a bulk write met', new MongoBulkWriteError(new MongoNetworkError('closed'), {} as never), true],
  ['what MongoDB answered', refused, false],
  ['what MongoDB answered a whole bulk write', new MongoBulkWriteError(refused, {} as never), false],
  [
    'an operation that was refused',
    new MongoBulkWriteError({ message: 'twice', code: 11000, writeErrors: [{}] } as never, {} as never),
    false,
  ],
])('%s: connection lost %s', (_what, error, expected) => {
  expect([lostConnection(error), isMongoAway(error)]).toEqual([expected, expected]);
});

it('a bulk write that failed as a whole asks to come back, whatever the reason', () => {
  expect(answerTo(new MongoBulkWriteError(refused, {} as never), 'id').status).toBe(503);
});
