export { InboxPage, LineBanner } from './inbox-page.js';
export { InboxStore } from './inbox-store.js';
export { StoreContext, useStore } from './store-context.js';
export { isView, type ViewName } from './views.js';
export { ViewLinks } from './view-links.js';
