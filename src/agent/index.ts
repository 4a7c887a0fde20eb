export { AgentBudgets } from './budget/agent-budgets.js';
export { Composer, type Composition, type Question } from './answer/composer.js';
export { AgentApiModule, AgentModule, AgentWorkerModule } from './agent.module.js';
