export { Blocklist } from './blocklist/blocklist.service.js';
export { InboxApiModule, InboxModule, InboxWorkerModule } from './inbox.module.js';
