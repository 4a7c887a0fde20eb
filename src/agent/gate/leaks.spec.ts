import { leaks, protect } from './leaks.js';

describe('what is protected of the instructions', () => {
  it('are sentences in which a rule is followed by telling', () => {
    const guarded = protect('', 'For friends of the house there is never any discount to mention on a Monday.');
    expect(leaks('For friends of the house there is never any discount to mention.', guarded)).toBe(true);
  });

  it('are not facts', () => {
    const guarded = protect('', 'For friends of the house there is a small discount on every Monday morning.');
    expect(leaks('For friends of the house there is a small discount on every Monday.', guarded)).toBe(false);
  });

  it('is found in the time of one pass, however often a rule begins', () => {
    const began = performance.now();
    protect('', 'if '.repeat(6_666));
    const short = performance.now() - began;
    const again = performance.now();
    protect('', 'if '.repeat(66_660));
    // Ten times the length takes a hundred times as long where each beginning reads to the end.
    expect(performance.now() - again).toBeLessThan(60 * short + 1_000);
  });
});
