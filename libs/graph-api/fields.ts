import { GraphCallError, type GraphRoute } from './errors.js';
import { isObject, type GraphResult, type JsonObject } from './read-answer.js';

/**
 * The object an answer holds; Meta puts the same one flat or as the only element of `data`.
 * @throws {GraphCallError} `unreadable` when there is none
 */
export function objectIn({ body }: GraphResult, route: GraphRoute, { unwrapList = true } = {}): JsonObject {
  const inner: unknown = unwrapList && isObject(body) && Array.isArray(body.data) ? body.data[0] : body;
  if (isObject(inner)) return inner;
  throw unreadable(route);
}

export function unreadable(route: GraphRoute): GraphCallError {
  const message = 'The answer lacks what it should hold.';
  return new GraphCallError(message, { ...route, reason: 'unreadable', delivered: 'unknown', httpStatus: 200 });
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Leaves out what is undefined, so that a result can be stored and compared as it is. */
export function withoutHoles<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
