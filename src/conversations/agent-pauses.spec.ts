import { endPause, pausesOf, setPause, untilHandedBack, wasTakenOverSince } from './agent-pauses.js';
import type { ConversationRecord } from './conversation.schema.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 29, 12, minute));
type Paused = Parameters<typeof setPause>[0];

describe('pauses of a conversation', () => {
  it('an operator’s outlasts a hand-over that came and went', () => {
    const conversation: Paused = {};
    setPause(conversation, 'operator', { until: untilHandedBack, since: at(0) });
    setPause(conversation, 'handover', { until: untilHandedBack, since: at(1) });
    expect(conversation).toMatchObject({ agent_paused_reason: 'operator' });
    endPause(conversation, 'handover');
    expect(conversation).toMatchObject({ agent_paused_until: untilHandedBack, agent_paused_reason: 'operator' });
  });

  it('an operator’s counts that was made while another app had the thread', () => {
    const conversation: Paused = {};
    setPause(conversation, 'handover', { until: untilHandedBack, since: at(0) });
    setPause(conversation, 'operator', { until: untilHandedBack, since: at(1) });
    endPause(conversation, 'handover');
    expect(conversation.agent_paused_reason).toBe('operator');
    endPause(conversation, 'operator');
    expect(conversation).toEqual({
      agent_pauses: undefined,
      agent_paused_until: undefined,
      agent_paused_reason: undefined,
      agent_paused_by_mid: undefined,
    });
  });

  it('shows the one that ends last, and the shorter one again after it', () => {
    const conversation: Paused = {};
    setPause(conversation, 'human_reply', { until: at(30), since: at(0), by_mid: 'person' });
    setPause(conversation, 'customer_request', { until: at(59), since: at(1) });
    expect(conversation).toMatchObject({ agent_paused_until: at(59), agent_paused_reason: 'customer_request' });
    expect(conversation.agent_paused_by_mid).toBeUndefined();
    endPause(conversation, 'customer_request');
    expect(conversation).toMatchObject({ agent_paused_until: at(30), agent_paused_by_mid: 'person' });
  });

  it('a person who hands back ends all of them', () => {
    const conversation: Paused = {};
    for (const reason of ['human_reply', 'operator', 'handover', 'customer_request'] as const)
      setPause(conversation, reason, { until: at(30), since: at(0) });
    endPause(conversation);
    expect(pausesOf(conversation)).toEqual({});
  });

  it('tells that a person took over after a reply was queued, though a longer pause held then', () => {
    const conversation: Paused = {};
    setPause(conversation, 'customer_request', { until: at(59), since: at(0) });
    expect(wasTakenOverSince(conversation, at(0))).toBe(false);
    setPause(conversation, 'human_reply', { until: at(30), since: at(2) });
    for (const queued of [at(1), at(2)]) expect(wasTakenOverSince(conversation, queued)).toBe(true);
    expect(wasTakenOverSince(conversation, at(3))).toBe(false);
  });

  it('understands the one pause of a conversation that an older version wrote', () => {
    const written = (reason: NonNullable<ConversationRecord['agent_paused_reason']>): Paused => ({
      agent_paused_until: at(30),
      agent_paused_reason: reason,
      agent_paused_by_mid: 'person',
    });
    expect(pausesOf(written('human_reply'))).toEqual({ human_reply: { until: at(30), by_mid: 'person' } });
    expect(wasTakenOverSince(written('human_reply'), at(1))).toBe(true);
    expect(wasTakenOverSince(written('customer_request'), at(1))).toBe(false);
    const conversation = written('handover');
    endPause(conversation, 'handover');
    expect(conversation.agent_paused_until).toBeUndefined();
  });
});
