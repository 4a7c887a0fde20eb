import { ConflictError } from '../../errors/index.js';

/** The account has as many tools as it may have. */
export class ToolsFullError extends ConflictError {
  override readonly code = 'tools_full';
}

/** An action that was decided on already, or is over. */
export class ActionDecidedError extends ConflictError {
  override readonly code = 'action_decided';
}
