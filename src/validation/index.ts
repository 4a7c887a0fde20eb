export { DocumentsBody } from './documents-body.decorator.js';
export { IsTime } from './is-time.decorator.js';
export { MayBeAbsent } from './may-be-absent.decorator.js';
export { validationPipe } from './validation.pipe.js';
export { isPublicHttpsUrl, IsPublicHttpsUrl } from './public-https-url.validator.js';
