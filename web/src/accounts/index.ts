export { AccountsPage } from './accounts-page.js';
export { AgentPage } from './agent-page.js';
