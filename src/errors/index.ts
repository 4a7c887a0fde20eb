export { ApiErrors, ErrorResponse, type ErrorStatus } from './api-errors.js';
export * from './app-error.js';
export { answerTo, ErrorFilter, writeHead, type ErrorBody } from './error.filter.js';
export { isMongoAway, lostConnection } from './mongo-away.js';
