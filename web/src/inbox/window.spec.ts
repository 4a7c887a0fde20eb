import { windowOf } from './window.js';

const now = Date.parse('2026-01-05T10:00:00.000Z');
const closing = (inMinutes: number) => ({ window_closes_at: new Date(now + inMinutes * 60_000).toISOString() });

describe('the 24-hour window', () => {
  it.each([
    [6 * 60, 'quiet'],
    [119, 'soon'],
    [14, 'urgent'],
    [0, 'closed'],
    [-5, 'closed'],
  ])('%s minutes before its end it is %s', (minutes, urgency) => {
    expect(windowOf(closing(minutes), now)?.urgency).toBe(urgency);
  });

  it('says nothing of a window that is not known', () => {
    expect(windowOf({ window_closes_at: null }, now)).toBeUndefined();
  });
});
