import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountDirectoryService } from '../../accounts/index.js';
import { AuditService } from '../../audit/index.js';
import { systemScope } from '../../auth/index.js';
import { metrics } from '../../observability/index.js';
import { JobQueueService } from '../../queue/index.js';
import { ActionsRepository, type Action, type ActionEnd } from './actions.repository.js';
import { ToolCallerService, type ToolCallResult } from './tool-caller.service.js';
import { readArguments } from './tool-parameters.js';
import { ToolsRepository } from './tools.repository.js';

/** A job takes less to come. */
const jobLostMs = 10_000;
/** A call takes 5 seconds at most. */
const runLostMs = 60_000;
const batch = 100;

/**
 * Does what was approved, as a send is sent: claimed before the call, called once, and never called again by itself.
 * Shutting down does not break a call off: its outcome would be lost.
 */
@Injectable()
export class ActionRunsService {
  private readonly logger = new Logger(ActionRunsService.name);

  constructor(
    private readonly actions: ActionsRepository,
    private readonly tools: ToolsRepository,
    private readonly caller: ToolCallerService,
    private readonly accounts: AccountDirectoryService,
    private readonly queue: JobQueueService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Safe to call at any time, any number of times. */
  async run(actionId: string): Promise<void> {
    const action = await this.actions.claim(actionId);
    if (!action) return;
    const end = await this.outcomeOf(action);
    await this.actions.end(action, end);
    const { tool, account_id, conversation_id } = action;
    metrics.agentActions.inc({ state: end.state });
    const target = { account_id, conversation_id, action_id: actionId, tool };
    await this.audit.record({ action: 'action.carried_out', tenant: action.user_id, target });
    this.logger.log({
      msg: 'an action was carried out',
      ...{ action_id: actionId, tool, account_id, conversation_id, state: end.state, reason: end.reason },
    });
  }

  /** Finds what a lost job or process left behind. */
  async sweep(): Promise<void> {
    const lost = await this.actions.giveUpLost(new Date(this.clock.now() - runLostMs));
    if (lost > 0) this.logger.warn({ msg: 'actions whose outcome nobody knows', actions: lost });
    const waiting = await this.actions.waitingSince(new Date(this.clock.now() - jobLostMs), batch);
    for (const action_id of waiting) await this.queue.add('run-action', { action_id });
  }

  private async outcomeOf(action: Action): Promise<ActionEnd> {
    const account = await this.accounts.get(action.account_id);
    if (!account || account.status === 'disabled') return { state: 'failed', reason: 'account_off' };
    const tool = await this.tools.find(systemScope, action.account_id, action.tool);
    if (!tool) return { state: 'failed', reason: 'tool_gone' };
    const { args, problems } = readArguments(tool.parameters, action.arguments);
    if (tool.revision !== action.tool_revision || tool.effect !== 'write' || problems.length > 0)
      return { state: 'failed', reason: 'tool_changed' };
    return endOf(await this.caller.call(tool, args, { idempotencyKey: action._id }));
  }
}

/** What an answer says of whether it was done. */
export function endOf(result: ToolCallResult): ActionEnd {
  if (result.outcome !== 'answered')
    return { state: result.outcome === 'lost' ? 'unknown' : 'failed', reason: result.reason };
  const { status, answer } = result;
  const told = { status, ...(answer === undefined ? {} : { answer }) };
  if (status >= 200 && status < 300) return { state: 'done', ...told };
  // A server that broke, or sends us elsewhere, may have done it before.
  if (status >= 400 && status < 500 && status !== 408) return { state: 'failed', reason: 'refused_by_tool', ...told };
  return { state: 'unknown', reason: 'unclear_answer', ...told };
}
