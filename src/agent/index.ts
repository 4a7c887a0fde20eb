export { AgentBudgetsService } from './budget/agent-budgets.service.js';
export { ReplyComposerService, type Composition, type Question } from './answer/reply-composer.service.js';
export { ModelClient } from './model/model.client.js';
export { AgentApiModule, AgentModule, AgentWorkerModule } from './agent.module.js';
export { KnowledgeRepository } from './knowledge/knowledge.repository.js';
export type { AnswerRecord, FailedCheck, ModelCallRecord } from './answer/answer-record.js';
export { AgentModelPort } from './model/agent-model.port.js';
