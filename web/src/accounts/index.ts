export { AccountHead, accountsQuery, nameOf } from './account-head.js';
export { AccountsPage } from './accounts-page.js';
export { AgentPage } from './agent-page.js';
