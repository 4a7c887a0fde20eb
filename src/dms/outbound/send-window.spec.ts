import { humanAgentWindowMs, isOutsideWindow, windowMs } from './send-window.js';

const now = Date.parse('2026-11-21T12:00:00Z');
const heardAgo = (ms: number) => new Date(now - ms);
const plain = { source: 'api', recipient_id: '1254477777772222', outbound: {} } as const;
const tagged = { ...plain, outbound: { tag: 'HUMAN_AGENT' } } as const;

describe('isOutsideWindow', () => {
  it('allows a reply one millisecond before 24 hours are over, and not after', () => {
    expect(isOutsideWindow(plain, heardAgo(windowMs - 1), now)).toBe(false);
    expect(isOutsideWindow(plain, heardAgo(windowMs), now)).toBe(true);
  });

  it('allows a person 7 days with the HUMAN_AGENT tag', () => {
    expect(isOutsideWindow(tagged, heardAgo(humanAgentWindowMs - 1), now)).toBe(false);
    expect(isOutsideWindow(tagged, heardAgo(humanAgentWindowMs), now)).toBe(true);
  });

  it('never allows the agent more than 24 hours, whatever its DM carries', () => {
    expect(isOutsideWindow({ ...tagged, source: 'agent' }, heardAgo(windowMs), now)).toBe(true);
  });

  it('leaves it to Meta when the person was never heard from here', () => {
    expect(isOutsideWindow(plain, undefined, now)).toBe(false);
  });

  it('leaves it to Meta when the message answers a comment', () => {
    const reply = { ...plain, recipient_id: 'comment:1', outbound: { comment_id: '1' } };

    expect(isOutsideWindow(reply, heardAgo(windowMs * 3), now)).toBe(false);
  });
});
