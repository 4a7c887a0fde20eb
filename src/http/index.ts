export { ActsOnGet } from './acts-on-get.decorator.js';
export { refuseOtherMethods } from './allowed-methods.js';
export { registerBodyParsers } from './body-parsers.js';
export { dashboardOrigins, exposedHeaders } from './cross-origin.js';
export { drainOnClose } from './drain.js';
export { frameworkErrorAnswers } from './framework-errors.js';
export { registerHttpHooks } from './hooks.js';
export { StartingDoor } from './starting-door.js';
export { openApiDocument, serveDocs } from './swagger.js';
