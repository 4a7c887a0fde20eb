import { decode, echo, inbound, memoryWithSend, start } from '../../../test/support/ingest-memory.js';
import type { DmRecord } from '../dm.schema.js';

const readUntil = (ms: number) => decode([inbound({ read: { watermark: ms } }, 1 + (ms - start) / 1_000)]);

describe('a read receipt', () => {
  it('costs the store nothing when it tells what is known', () => {
    const memory = memoryWithSend();
    memory.store(readUntil(start + 1_000));
    expect(memory.lastMarks).toEqual([
      { conversationId: expect.any(String), upToMs: start + 1_000, at: expect.any(Date), now: expect.any(Date) },
    ]);
    memory.store(readUntil(start + 1_000));
    memory.store(readUntil(start + 500));
    expect(memory.lastMarks).toEqual([]);
  });

  it('looks at what was written since the one before, and at what may have waited till then', () => {
    const memory = memoryWithSend();
    const [firstMs, secondMs] = [start + 3_600_000, start + 7_200_000];
    memory.store(readUntil(firstMs));
    memory.store(readUntil(secondMs));
    expect(memory.lastMarks).toMatchObject([{ fromMs: firstMs - 600_000, upToMs: secondMs }]);
  });

  it('reaches no further than the moment it was given', () => {
    const memory = memoryWithSend();
    memory.store(decode([inbound({ read: { watermark: start + 9 * 86_400_000 } }, 30)]));
    expect(memory.lastMarks).toMatchObject([{ upToMs: start + 30_000 }]);
  });

  it('says nothing of a message of ours that went out only after it', () => {
    const memory = memoryWithSend();
    const [[id, send]] = [...memory.dms] as [[string, DmRecord]];
    memory.store(readUntil(start + 10_000));
    const sentAt = new Date(start + 60_000);
    const { outbound_open: _open, ...rest } = send;
    memory.dms.set(id, { ...rest, status: 'sent', message_id: 'ours', sending_at: sentAt, sent_at: sentAt });
    memory.store(decode([echo({ mid: 'ours', text: 'Our answer' }, 61)]));
    expect(memory.find('ours')).toMatchObject({ is_echo: true });
    expect(memory.find('ours')).not.toHaveProperty('read_at');
    memory.store(readUntil(start + 120_000));
    expect(memory.find('ours')).toHaveProperty('read_at');
  });
});
