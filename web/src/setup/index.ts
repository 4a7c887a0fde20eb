export { SetupPage } from './setup-page.js';
