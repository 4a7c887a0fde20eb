import { conversationIdOf } from '../../conversations/index.js';
import { modeIn } from './agent-mode.js';

const ids = Array.from({ length: 2_000 }, (_, n) => conversationIdOf('account', `person-${n}`));
const inAuto = (auto_share: number) => ids.filter((id) => modeIn({ agent_mode: 'auto', auto_share }, id) === 'auto');

describe('modeIn', () => {
  it('is the account’s at both ends of the share', () => {
    expect(inAuto(0)).toEqual([]);
    expect(inAuto(100)).toEqual(ids);
    expect(modeIn({ agent_mode: 'draft', auto_share: 100 }, ids[0] ?? '')).toBe('draft');
  });

  it('gives about as many conversations as asked for, and keeps those when the share grows', () => {
    const few = inAuto(10);
    const more = new Set(inAuto(30));
    expect(few.length).toBeGreaterThan(120);
    expect(few.length).toBeLessThan(280);
    expect(few.every((id) => more.has(id))).toBe(true);
  });
});
