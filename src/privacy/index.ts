export { PrivacyWorkerModule } from './privacy.module.js';
