import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { BlocklistModule } from '../blocklist/index.js';
import { DmsModule } from '../dms/index.js';
import { AnswerChecks } from './answer/answer-checks.js';
import { AnswerLeases } from './answer/answer-lease.js';
import { AnswerProcessor } from './answer/answer.processor.js';
import { AnswerRound } from './answer/answer-round.js';
import { AnswerService } from './answer/answer.service.js';
import { Composer } from './answer/composer.js';
import { OpenMessages } from './answer/open-messages.js';
import { Presence } from './answer/presence.js';
import { SenderActions } from './answer/sender-actions.js';
import { ReplyWriter } from './answer/reply-writer.js';
import { AgentController } from './api/agent.controller.js';
import { AgentPreviews } from './api/agent-previews.service.js';
import { AgentSettingsApi } from './api/agent-settings.service.js';
import { AgentBudgets } from './budget/agent-budgets.js';
import { AgentUsageRepository } from './budget/agent-usage.repository.js';
import { AGENT_USAGE, AgentUsageSchema } from './budget/agent-usage.schema.js';
import { WaitingReplies } from './gate/waiting-replies.js';
import { ModelAlerts } from './model/model-alerts.js';
import { ModelClient } from './model/model-client.js';
import { ModelWatch } from './model/model-watch.js';
import { VoiceTranscripts } from './model/voice-transcripts.js';

/** Finding answers: context, budgets, model, gate. */
@Module({
  imports: [
    AccountsModule,
    DmsModule,
    BlocklistModule,
    MongooseModule.forFeature([{ name: AGENT_USAGE, schema: AgentUsageSchema }]),
  ],
  providers: [AgentBudgets, AgentUsageRepository, Composer, ModelAlerts, ModelClient, VoiceTranscripts, WaitingReplies],
  exports: [AccountsModule, DmsModule, BlocklistModule, AgentBudgets, Composer, ModelClient],
})
export class AgentModule {}

/** `/agent`. */
@Module({
  imports: [AgentModule],
  controllers: [AgentController],
  providers: [AgentPreviews, AgentSettingsApi],
})
export class AgentApiModule {}

/** Answering what is pending. */
@Module({
  imports: [AgentModule],
  providers: [
    AnswerChecks,
    AnswerLeases,
    AnswerProcessor,
    AnswerRound,
    AnswerService,
    ModelWatch,
    OpenMessages,
    Presence,
    ReplyWriter,
    SenderActions,
  ],
})
export class AgentWorkerModule {}
