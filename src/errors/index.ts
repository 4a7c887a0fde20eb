export { ApiErrors, ErrorResponse, type ErrorStatus } from './api-errors.js';
export * from './app-error.js';
export { DocumentsBody } from './documents-body.decorator.js';
export { answerTo, ErrorFilter, writeHead, type ErrorBody } from './error.filter.js';
export { MayBeAbsent } from './may-be-absent.decorator.js';
export { isMongoAway, lostConnection } from './mongo-away.js';
export { validationPipe } from './validation.pipe.js';
