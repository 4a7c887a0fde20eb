import type { ActionView } from './actions.dto.js';
import type { Action } from './actions.repository.js';

/** An action as the API and the live stream show it. */
export function actionView(action: Action): ActionView {
  const { _id, account_id, conversation_id, tool, state, proposed_at, arguments: args } = action;
  const { decided_at, decided_by, started_at, ended_at, status, reason, answer } = action;
  const more = { decided_at, decided_by, started_at, ended_at, status, reason, answer };
  return {
    ...{ id: _id, account_id, conversation_id, tool, arguments: args, state, proposed_at },
    ...(Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) as Partial<ActionView>),
  };
}
