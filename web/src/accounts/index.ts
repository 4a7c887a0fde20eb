export { AccountHead } from './account-head.js';
export { AccountsPage } from './accounts-page.js';
export { AgentPage } from './agent-page.js';
