import type { AgentSettings } from '../../accounts/index.js';

/** Whether what the agent finds is sent, or suggested to a person. */
export type ConversationMode = 'draft' | 'auto';

/**
 * A conversation stays with what it got: the id decides, and a larger share takes others along with those that had it.
 * @param conversationId 24 hex digits, evenly spread
 */
export function modeIn(
  { agent_mode: mode, auto_share: share }: Pick<AgentSettings, 'agent_mode' | 'auto_share'>,
  conversationId: string,
): ConversationMode {
  if (mode === 'draft') return 'draft';
  return parseInt(conversationId.slice(0, 8), 16) % 100 < share ? 'auto' : 'draft';
}
