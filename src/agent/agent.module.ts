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
import { WaitingRepliesService } from './gate/waiting-replies.service.js';
import { ModelAlertsService } from './model/model-alerts.service.js';
import { ModelClient } from './model/model.client.js';
import { ModelWatchService } from './model/model-watch.service.js';
import { VoiceTranscriptsService } from './model/voice-transcripts.service.js';

/** Finding answers: context, budgets, model, gate. */
@Module({
  imports: [
    AccountsModule,
    DmsModule,
    BlocklistModule,
    MongooseModule.forFeature([{ name: AGENT_USAGE, schema: AgentUsageSchema }]),
  ],
  providers: [
    AgentBudgetsService,
    AgentUsageRepository,
    ReplyComposerService,
    ModelAlertsService,
    ModelClient,
    VoiceTranscriptsService,
    WaitingRepliesService,
  ],
  exports: [AccountsModule, DmsModule, BlocklistModule, AgentBudgetsService, ReplyComposerService, ModelClient],
})
export class AgentModule {}

/** `/agent`. */
@Module({
  imports: [AgentModule],
  controllers: [AgentController],
  providers: [AgentPreviewsService, AgentSettingsApiService],
})
export class AgentApiModule {}

/** Answering what is pending. */
@Module({
  imports: [AgentModule],
  providers: [
    AnswerChecksService,
    AnswerLeasesService,
    AnswerProcessor,
    AnswerRoundService,
    AnswerService,
    ModelWatchService,
    OpenMessagesService,
    AnswerPresenceService,
    ReplyWriterService,
    SenderActionsService,
  ],
})
export class AgentWorkerModule {}
