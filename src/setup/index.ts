export { examine } from './checks/examine.js';
export { lineOf, type Finding } from './checks/finding.js';
export { SetupApiModule } from './setup.module.js';
