import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../../accounts/index.js';
import { retentionOf } from '../../database/index.js';
import { ActionRunsService } from './action-runs.service.js';
import { AGENT_ACTION, ActionSchema } from './action.schema.js';
import { ActionsController } from './actions.controller.js';
import { ActionsProcessor } from './actions.processor.js';
import { ActionsRepository } from './actions.repository.js';
import { ActionsService } from './actions.service.js';
import { TOOL_CALL, ToolCallSchema } from './tool-call.schema.js';
import { ToolCallerService } from './tool-caller.service.js';
import { ToolCallsRepository } from './tool-calls.repository.js';
import { ToolRoundsService } from './tool-rounds.service.js';
import { AGENT_TOOL, ToolSchema } from './tool.schema.js';
import { ToolSecretsService } from './tool-secrets.service.js';
import { ToolTracesService } from './tool-traces.service.js';
import { ToolsController } from './tools.controller.js';
import { ToolsRepository } from './tools.repository.js';
import { ToolsService } from './tools.service.js';

/** What answers use of tools. */
@Module({
  imports: [
    AccountsModule,
    MongooseModule.forFeature([
      { name: AGENT_ACTION, schema: ActionSchema },
      { name: AGENT_TOOL, schema: ToolSchema },
      { name: TOOL_CALL, schema: ToolCallSchema },
    ]),
  ],
  providers: [
    ActionsRepository,
    ToolCallerService,
    ToolCallsRepository,
    ToolRoundsService,
    ToolSecretsService,
    ToolTracesService,
    ToolsRepository,
  ],
  exports: [
    AccountsModule,
    ActionsRepository,
    ToolCallerService,
    ToolRoundsService,
    ToolSecretsService,
    ToolTracesService,
    ToolsRepository,
  ],
})
export class AgentToolsModule {}

/** `/agent/tools`, `/agent/actions`. */
@Module({
  imports: [AgentToolsModule],
  controllers: [ActionsController, ToolsController],
  providers: [ActionsService, ToolsService],
})
export class AgentToolsApiModule {}

/** Carrying out what was approved. */
@Module({
  imports: [AgentToolsModule],
  providers: [
    ActionRunsService,
    ActionsProcessor,
    // What was done in a customer's name is kept as long as what they wrote.
    retentionOf(ActionsRepository, ({ DM_RETENTION_DAYS = 0 }) => DM_RETENTION_DAYS),
  ],
})
export class AgentToolsWorkerModule {}
