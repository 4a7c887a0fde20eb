import { SseParser, type SseEvent } from './sse-parser.js';

function read(...chunks: string[]) {
  const events: SseEvent[] = [];
  const parser = new SseParser((event) => events.push(event));
  for (const chunk of chunks) parser.feed(chunk);
  return { events, lastId: parser.lastId };
}

describe('reading server-sent events', () => {
  it('puts an event together however it is cut', () => {
    const text = 'event: message\nid: 82A1\ndata: {"content":"a: b"}\n\n';
    const whole = read(text);
    expect(read(...text)).toEqual(whole);
    expect(whole.events).toEqual([{ name: 'message', id: '82A1', data: '{"content":"a: b"}' }]);
  });

  it('takes the position of a heartbeat, and tells nobody of it', () => {
    expect(read(': heartbeat\nid: 82A2\n\n')).toEqual({ events: [], lastId: '82A2' });
  });

  it('waits for the end of an event', () => {
    expect(read('event: ready\ndata: {}\n').events).toEqual([]);
  });
});
