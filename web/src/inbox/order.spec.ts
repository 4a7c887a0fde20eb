import type { MessageView } from '../api/index.js';
import { withMessage } from './order.js';

const message = (id: string, minute: number, content = '') =>
  ({ id, sent_at: `2026-01-05T10:${String(minute).padStart(2, '0')}:00.000Z`, content }) as MessageView;

const ids = (messages: readonly MessageView[]) => messages.map(({ id }) => id);

describe('the order of messages', () => {
  const thread = [message('a', 1), message('c', 3)];

  it('puts a message where it was written, not where it arrived', () => {
    expect(ids(withMessage(thread, message('b', 2)))).toEqual(['a', 'b', 'c']);
  });

  it('shows a message that comes twice once, in its latest state', () => {
    const twice = withMessage(thread, message('c', 3, 'edited'));
    expect(ids(twice)).toEqual(['a', 'c']);
    expect(twice[1]?.content).toBe('edited');
  });

  it('orders two of the same moment by id', () => {
    expect(ids(withMessage([message('b', 1)], message('a', 1)))).toEqual(['a', 'b']);
  });
});
