import { isOutsideWindow } from './send-window.js';

const hourMs = 3_600_000;
const hours = { windowHours: 24, humanAgentWindowHours: 7 * 24 };
const windowMs = hours.windowHours * hourMs;
const humanAgentWindowMs = hours.humanAgentWindowHours * hourMs;

const now = Date.parse('2026-11-21T12:00:00Z');
const heardAgo = (ms: number) => new Date(now - ms);
const plain = { source: 'api', recipient_id: '1254477777772222', outbound: {} } as const;
const tagged = { ...plain, outbound: { tag: 'HUMAN_AGENT' } } as const;

describe('isOutsideWindow', () => {
  it('allows a reply one millisecond before 24 hours are over, and not after', () => {
    expect(isOutsideWindow(plain, heardAgo(windowMs - 1), now, hours)).toBe(false);
    expect(isOutsideWindow(plain, heardAgo(windowMs), now, hours)).toBe(true);
  });

  it('allows a person 7 days with the HUMAN_AGENT tag', () => {
    expect(isOutsideWindow(tagged, heardAgo(humanAgentWindowMs - 1), now, hours)).toBe(false);
    expect(isOutsideWindow(tagged, heardAgo(humanAgentWindowMs), now, hours)).toBe(true);
  });

  it('never allows the agent more than 24 hours, whatever its DM carries', () => {
    expect(isOutsideWindow({ ...tagged, source: 'agent' }, heardAgo(windowMs), now, hours)).toBe(true);
  });

  it('leaves it to Meta when the person was never heard from here', () => {
    expect(isOutsideWindow(plain, undefined, now, hours)).toBe(false);
  });

  it('leaves it to Meta when the message answers a comment', () => {
    const reply = { ...plain, recipient_id: 'comment:1', outbound: { comment_id: '1' } };

    expect(isOutsideWindow(reply, heardAgo(windowMs * 3), now, hours)).toBe(false);
  });

  it('allows nobody longer where the channel has no tag for people', () => {
    expect(isOutsideWindow(tagged, heardAgo(windowMs), now, { windowHours: 24 })).toBe(true);
  });
});
