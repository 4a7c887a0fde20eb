export { PrivacyApiModule, PrivacyWorkerModule } from './privacy.module.js';
