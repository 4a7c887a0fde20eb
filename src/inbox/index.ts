export { InboxApiModule } from './inbox.module.js';
