import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { BlocklistModule } from '../blocklist/index.js';
import { DmsModule } from '../dms/index.js';
import { AnswerChecksService } from './answer/answer-checks.service.js';
import { AnswerLeasesService } from './answer/answer-leases.service.js';
import { AnswerProcessor } from './answer/answer.processor.js';
import { AnswerRoundService } from './answer/answer-round.service.js';
import { AnswerService } from './answer/answer.service.js';
import { ReplyComposerService } from './answer/reply-composer.service.js';
import { EscalationAlertsService } from './answer/escalation-alerts.service.js';
import { ModelStepsService } from './answer/model-steps.service.js';
import { ToolStepsService } from './answer/tool-steps.service.js';
import { ReplyJudgeService } from './answer/reply-judge.service.js';
import { OpenMessagesService } from './answer/open-messages.service.js';
import { AnswerPresenceService } from './answer/answer-presence.service.js';
import { SenderActionsService } from './answer/sender-actions.service.js';
import { ReplyWriterService } from './answer/reply-writer.service.js';
import { AgentController } from './api/agent.controller.js';
import { AgentPreviewsService } from './api/agent-previews.service.js';
import { AgentSettingsApiService } from './api/agent-settings-api.service.js';
import { AgentBudgetsService } from './budget/agent-budgets.service.js';
import { AgentUsageRepository } from './budget/agent-usage.repository.js';
import { AGENT_USAGE, AgentUsageSchema } from './budget/agent-usage.schema.js';
import { InProcessKnowledgeSearchService } from './knowledge/in-process-knowledge-search.service.js';
import { KnowledgeContextService } from './knowledge/knowledge-context.service.js';
import {
  KNOWLEDGE_DOCUMENT,
  KNOWLEDGE_REVISION,
  KnowledgeDocumentSchema,
  KnowledgeRevisionSchema,
} from './knowledge/knowledge-document.schema.js';
import { KnowledgeGapsService } from './knowledge/knowledge-gaps.service.js';
import { KnowledgePagesService } from './knowledge/knowledge-pages.service.js';
import { KnowledgeSearchPort } from './knowledge/knowledge-search.port.js';
import { KnowledgeController } from './knowledge/knowledge.controller.js';
import { KnowledgeProcessor } from './knowledge/knowledge.processor.js';
import { KnowledgeRepository } from './knowledge/knowledge.repository.js';
import { KnowledgeService } from './knowledge/knowledge.service.js';
import { AgentToolsApiModule, AgentToolsModule, AgentToolsWorkerModule } from './tools/tools.module.js';
import { WaitingRepliesService } from './gate/waiting-replies.service.js';
import { AgentModelPort } from './model/agent-model.port.js';
import { BudgetAlertsService } from './budget/budget-alerts.service.js';
import { ModelPricesService } from './budget/model-prices.service.js';
import { AGENT_RUN, AgentRunSchema } from './runs/agent-run.schema.js';
import { AgentRunsController } from './runs/agent-runs.controller.js';
import { AgentRunsRepository } from './runs/agent-runs.repository.js';
import { AgentRunsService } from './runs/agent-runs.service.js';
import { RunRecorderService } from './runs/run-recorder.service.js';
import { SUGGESTION, SuggestionSchema } from './suggestions/suggestion.schema.js';
import { SuggestionsRepository } from './suggestions/suggestions.repository.js';
import { ModelAlertsService } from './model/model-alerts.service.js';
import { ModelClient } from './model/model.client.js';
import { ModelWatchService } from './model/model-watch.service.js';
import { VoiceTranscriptsService } from './model/voice-transcripts.service.js';

/** Finding answers: context, budgets, model, gate. */
@Module({
  imports: [
    AgentToolsModule,
    AccountsModule,
    DmsModule,
    BlocklistModule,
    MongooseModule.forFeature([
      { name: AGENT_RUN, schema: AgentRunSchema },
      { name: AGENT_USAGE, schema: AgentUsageSchema },
      { name: SUGGESTION, schema: SuggestionSchema },
      { name: KNOWLEDGE_DOCUMENT, schema: KnowledgeDocumentSchema },
      { name: KNOWLEDGE_REVISION, schema: KnowledgeRevisionSchema },
    ]),
  ],
  providers: [
    AgentBudgetsService,
    AgentRunsRepository,
    AgentUsageRepository,
    BudgetAlertsService,
    KnowledgeContextService,
    KnowledgeRepository,
    ReplyComposerService,
    { provide: KnowledgeSearchPort, useClass: InProcessKnowledgeSearchService },
    ModelAlertsService,
    ModelClient,
    { provide: AgentModelPort, useExisting: ModelClient },
    ModelStepsService,
    ReplyJudgeService,
    ToolStepsService,
    SuggestionsRepository,
    ModelPricesService,
    VoiceTranscriptsService,
    WaitingRepliesService,
  ],
  exports: [
    AgentToolsModule,
    AccountsModule,
    DmsModule,
    BlocklistModule,
    AgentBudgetsService,
    AgentRunsRepository,
    KnowledgeContextService,
    KnowledgeRepository,
    KnowledgeSearchPort,
    ReplyComposerService,
    AgentModelPort,
    ModelClient,
    ModelPricesService,
    SuggestionsRepository,
  ],
})
export class AgentModule {}

/** `/agent`. */
@Module({
  imports: [AgentModule, AgentToolsApiModule],
  controllers: [AgentController, AgentRunsController, KnowledgeController],
  providers: [AgentPreviewsService, AgentRunsService, AgentSettingsApiService, KnowledgeGapsService, KnowledgeService],
})
export class AgentApiModule {}

/** Answering what is pending. */
@Module({
  imports: [AgentModule, AgentToolsWorkerModule],
  providers: [
    AnswerChecksService,
    AnswerLeasesService,
    AnswerProcessor,
    AnswerRoundService,
    AnswerService,
    EscalationAlertsService,
    KnowledgePagesService,
    KnowledgeProcessor,
    ModelWatchService,
    OpenMessagesService,
    AnswerPresenceService,
    ReplyWriterService,
    RunRecorderService,
    SenderActionsService,
  ],
})
export class AgentWorkerModule {}
