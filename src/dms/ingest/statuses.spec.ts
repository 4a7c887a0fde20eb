import fc from 'fast-check';
import type { StatusEvent } from '#libs/graph-api';
import { customer, type Memory, memoryWithSend, start } from '../../../test/support/ingest-memory.js';

const own = '17841400000000001';
type State = StatusEvent['state'];

function statusOf(memory: Memory, state: State, atS: number, call = 1): StatusEvent {
  const [send] = [...memory.dms.values()].filter(({ send_key: key }) => key !== undefined);
  return {
    kind: 'status', index: 0, accountIds: [own], senderId: own, recipientId: customer, timestamp: start + atS * 1000,
    standby: false, isEcho: false, isSelf: false, isTest: false, raw: {}, unknownFields: [], mid: 'wamid.1', state,
    sendHandle: `${String(send?._id)}.${call}`, ...(state === 'failed' ? { error: { code: 131026, message: 'Undeliverable' } } : {}),
  }; // prettier-ignore
}

const outcome = (memory: Memory) => {
  const dm = memory.find('wamid.1');
  return {
    status: dm?.status,
    delivered_at: dm?.delivered_at,
    read_at: dm?.read_at,
    played_at: dm?.played_at,
    error: dm?.error,
    open: dm?.outbound_open,
    dms: memory.dms.size,
  };
};

describe('statuses of a message whose answer was lost', () => {
  it('settle it as sent by the handle that it carried, and keep one record', () => {
    const memory = memoryWithSend();
    memory.store([statusOf(memory, 'sent', 2)]);
    expect(outcome(memory)).toMatchObject({ status: 'sent', open: undefined, dms: 1 });
  });

  it('settle it as failed, with the reason', () => {
    const memory = memoryWithSend();
    memory.store([statusOf(memory, 'failed', 2)]);
    expect(outcome(memory)).toMatchObject({ status: 'failed', error: { code: 131026 }, dms: 1 });
  });

  it('say nothing of a later call when an earlier one was refused', () => {
    const memory = memoryWithSend();
    memory.store([statusOf(memory, 'failed', 2, 0)]);
    const [send] = [...memory.dms.values()].filter(({ send_key: key }) => key !== undefined);
    expect(send).toMatchObject({ status: 'sending', outbound_open: true });
  });

  it.each([
    [['sent', 'delivered', 'read', 'played'], 'sent'],
    [['sent', 'failed'], 'failed'],
    [['sent', 'delivered', 'failed'], 'sent'],
  ] as [State[], string][])('%j end the same in whatever order and however often they come', (states, expected) => {
    const arrivals = fc
      .array(fc.constantFrom(...states.keys()), { maxLength: 4 })
      .chain((again) => fc.shuffledSubarray([...states.keys(), ...again], { minLength: states.length + again.length }));
    const inOrder = memoryWithSend();
    for (const [at, state] of states.entries()) inOrder.store([statusOf(inOrder, state, at + 1)]);
    expect(outcome(inOrder).status).toBe(expected);
    fc.assert(
      fc.property(arrivals, (order) => {
        const memory = memoryWithSend();
        for (const at of order) memory.store([statusOf(memory, states[at], at + 1)]);
        expect(outcome(memory)).toEqual(outcome(inOrder));
      }),
    );
  });
});
