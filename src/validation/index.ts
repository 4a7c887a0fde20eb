export { DocumentsBody } from './documents-body.decorator.js';
export { MayBeAbsent } from './may-be-absent.decorator.js';
export { validationPipe } from './validation.pipe.js';
