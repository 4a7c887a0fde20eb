import { isDeepStrictEqual } from 'node:util';
import type { ConversationRecord } from './conversation.schema.js';

export const pauseReasons = ['human_reply', 'operator', 'customer_request', 'handover'] as const;
export type PauseReason = (typeof pauseReasons)[number];

/** Why and until when the agent is silent in a conversation. Each source has its own, and ends its own. */
export interface PauseState {
  until: Date;
  /** When it began. Absent on a pause that an older version noted. */
  since?: Date;
  /** The echo that caused it. */
  by_mid?: string;
}

export type AgentPauses = Partial<Record<PauseReason, PauseState>>;

type Paused = Pick<
  ConversationRecord,
  'agent_pauses' | 'agent_paused_until' | 'agent_paused_reason' | 'agent_paused_by_mid'
>;

/** No pause of ours outlasts it; handing back ends it. */
export const untilHandedBack = new Date('9999-12-31T00:00:00Z');

/** Of pauses that end together the first is named. */
const byWeight: readonly PauseReason[] = ['operator', 'handover', 'customer_request', 'human_reply'];
/** Somebody else talks there then. A customer who asked for a person may still be told that one will come. */
const takeOvers: readonly PauseReason[] = ['human_reply', 'operator', 'handover'];

/** A conversation that an older version wrote has one pause, whoever made it. */
export function pausesOf(conversation: Paused): AgentPauses {
  const { agent_pauses: pauses, agent_paused_until: until, agent_paused_reason: reason } = conversation;
  if (pauses) return pauses;
  const byMid = conversation.agent_paused_by_mid;
  return until && reason ? { [reason]: { until, ...(byMid ? { by_mid: byMid } : {}) } } : {};
}

/** Silences the agent, in place; a longer pause for the same reason stays. */
export function setPause(conversation: Paused, reason: PauseReason, pause: PauseState): void {
  const pauses = pausesOf(conversation);
  const known = pauses[reason];
  if (!known || known.until < pause.until) derive(conversation, { ...pauses, [reason]: pause });
}

/** Ends the pause for this reason alone, in place; without a reason all of them: a person hands the conversation back. */
export function endPause(conversation: Paused, reason?: PauseReason): void {
  const { [reason ?? 'operator']: _ended, ...others } = pausesOf(conversation);
  derive(conversation, reason === undefined ? {} : others);
}

/** Whether somebody else has begun to talk there since this moment, be their pause over by now. */
export function wasTakenOverSince(conversation: Paused, moment: Date): boolean {
  const pauses = pausesOf(conversation);
  return takeOvers.some((reason) => {
    const pause = pauses[reason];
    return pause !== undefined && (pause.since ?? pause.until) >= moment;
  });
}

/** What lists show and index: the pause that ends last. */
function derive(conversation: Paused, pauses: AgentPauses): void {
  const [last] = byWeight
    .flatMap((reason) => (pauses[reason] ? [{ reason, ...pauses[reason] }] : []))
    .sort((a, b) => b.until.getTime() - a.until.getTime());
  conversation.agent_pauses = last ? pauses : undefined;
  conversation.agent_paused_until = last?.until;
  conversation.agent_paused_reason = last?.reason;
  conversation.agent_paused_by_mid = last?.by_mid;
}

/** @internal */
export const pauseFields = [
  ...(['agent_pauses', 'agent_paused_until', 'agent_paused_reason', 'agent_paused_by_mid'] as const),
];

/** @internal what to write of a conversation's pauses; `undefined` where they are the same */
export function pauseUpdate(before: Paused, after: Paused): { $set: object; $unset: Record<string, ''> } | undefined {
  const changed = pauseFields.filter((name) => !isDeepStrictEqual(after[name], before[name]));
  if (changed.length === 0) return undefined;
  const set = changed.filter((name) => after[name] !== undefined);
  const unset = changed.filter((name) => after[name] === undefined);
  return {
    $set: Object.fromEntries(set.map((name) => [name, after[name]])),
    $unset: Object.fromEntries(unset.map((name) => [name, ''])),
  };
}
