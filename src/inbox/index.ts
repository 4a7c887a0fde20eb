export { InboxApiModule, InboxWorkerModule } from './inbox.module.js';
