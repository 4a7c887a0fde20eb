export { InboxPage, isView, LineBanner } from './inbox-page.js';
export { InboxStore } from './inbox-store.js';
export { StoreContext, useStore } from './store-context.js';
