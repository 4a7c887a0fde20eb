import {
  BadRequestException,
  InternalServerErrorException,
  Logger,
  NotFoundException,
  type ArgumentsHost,
} from '@nestjs/common';
import mongoose from 'mongoose';
import {
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  TooManyRequestsError,
  UnauthenticatedError,
  UnavailableError,
  UpstreamError,
} from './app-error.js';
import { answerTo, ErrorFilter } from './error.filter.js';

const { mongo } = mongoose;

/** The driver does not export its own. */
class PoolCleared extends mongo.MongoNetworkError {
  override get name(): string {
    return 'MongoPoolClearedError';
  }
}
const id = 'request-1';

describe('the answer to an error', () => {
  it('is what an error of ours says of itself', () => {
    const error = new TooManyRequestsError('Too many.', { retryAfterS: 3.2, details: { dm_id: '1' } });

    expect(answerTo(error, id)).toEqual({
      status: 429,
      level: 'debug',
      retryAfterS: 3.2,
      body: { success: false, error: 'Too many.', code: 'rate_limited', details: { dm_id: '1' }, request_id: id },
    });
  });

  it('names the fields of a request that is not valid, and leaves details out where there are none', () => {
    const problems = [{ field: 'limit', expected: 'a whole number' }];

    expect(answerTo(new InvalidRequestError('limit: a whole number', problems), id).body.details).toEqual(problems);
    expect(answerTo(new InvalidRequestError('Nothing to change.'), id).body).not.toHaveProperty('details');
  });

  it('says that a read took too long, and nothing of how', () => {
    const error = new mongo.MongoServerError({ code: 50, errmsg: 'operation exceeded time limit' });

    expect(answerTo(error, id)).toMatchObject({ status: 503, level: 'warn', body: { code: 'too_expensive' } });
    expect(JSON.stringify(answerTo(error, id))).not.toContain('exceeded');
  });

  it('never shows a cause', () => {
    const error = new UpstreamError('Meta failed.', { cause: new Error('connect ECONNREFUSED 10.0.0.1') });

    expect(JSON.stringify(answerTo(error, id))).not.toContain('ECONNREFUSED');
  });

  it.each([
    [new NotFoundException('Cannot GET /nothing'), 404, 'not_found'],
    [new BadRequestException('bad'), 400, 'invalid_request'],
    [Object.assign(new Error('too large'), { statusCode: 413 }), 413, 'payload_too_large'],
    [Object.assign(new Error('teapot'), { statusCode: 418 }), 418, 'invalid_request'],
  ])('has a code for what the framework throws: %s', (error, status, code) => {
    expect(answerTo(error, id)).toMatchObject({ status, level: 'debug', body: { code } });
  });

  it.each<[string, unknown]>([
    ['a defect', new TypeError("Cannot read properties of undefined (reading 'secret_field')")],
    ['a 500 of the framework', new InternalServerErrorException('inner words')],
    [
      'what the driver refuses',
      new mongo.MongoServerError({ message: 'E11000 duplicate key: secret_field', code: 11000 }),
    ],
    ['a text', 'secret_field'],
    ['nothing', undefined],
  ])('says nothing of %s, and is loud in the log', (_what, thrown) => {
    const answer = answerTo(thrown, id);

    expect(answer).toEqual({
      status: 500,
      level: 'error',
      body: { success: false, error: 'Something went wrong on our side.', code: 'internal_error', request_id: id },
    });
  });

  it.each([
    new mongo.MongoNetworkError('connection to 10.0.0.1:27017 closed'),
    new mongo.MongoNotConnectedError('not connected'),
    Object.assign(new Error('no primary'), { name: 'MongoServerSelectionError' }),
    Object.assign(new Error('no primary'), { name: 'MongooseServerSelectionError' }),
    new PoolCleared('pool'),
    Object.assign(new Error('queue'), { name: 'MongoWaitQueueTimeoutError' }),
    new mongo.MongoBulkWriteError(new mongo.MongoNetworkError('closed'), {} as never),
  ])('asks to come back when MongoDB is away: %s', (error) => {
    const answer = answerTo(error, id);

    expect(answer).toMatchObject({ status: 503, retryAfterS: 5, body: { code: 'unavailable' } });
    expect(answer.body.error).not.toContain(error.message);
  });

  it('is a 400 with the field when a value has the wrong type for the store, without the value', () => {
    const error = new mongoose.Error.CastError('ObjectId', { $ne: 'smuggled' }, 'platform_account_id');

    expect(answerTo(error, id)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(JSON.stringify(answerTo(error, id).body)).not.toContain('smuggled');
  });

  it('keeps the level that an error asks for', () => {
    expect(answerTo(new UnavailableError('Away.'), id).level).toBe('warn');
  });
});

describe('the log of an error', () => {
  const reply = { sent: true, raw: { destroy: () => undefined } };
  const host = {
    switchToHttp: () => ({ getResponse: () => reply, getRequest: () => ({ id }) }),
  } as unknown as ArgumentsHost;

  afterEach(() => jest.restoreAllMocks());

  it.each<['log' | 'debug' | 'warn' | 'error', Error]>([
    ['log', new ForbiddenError('This route is for the role admin.')],
    ['debug', new InvalidRequestError('limit: a whole number')],
    ['debug', new UnauthenticatedError('The Bearer token is missing.')],
    ['debug', new TooManyRequestsError('Too many.')],
    ['debug', new NotFoundError('There is no such account.')],
    ['warn', new UnavailableError('Away.')],
    ['error', new TypeError('a defect')],
  ])('has the level %s for %s, and no other', (level, error) => {
    const levels = (['log', 'debug', 'warn', 'error'] as const).map((name) => ({
      name,
      spy: jest.spyOn(Logger.prototype, name).mockImplementation(() => undefined),
    }));

    new ErrorFilter().catch(error, host);

    expect(levels.filter(({ spy }) => spy.mock.calls.length > 0).map(({ name }) => name)).toEqual([level]);
  });
});
