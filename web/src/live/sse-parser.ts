export interface SseEvent {
  name: string;
  id: string | undefined;
  data: string;
}

/**
 * Reads server-sent events. The browser's own EventSource hides comments, and the heartbeat is one: a line that looks
 * open and is dead could not be told.
 */
export class SseParser {
  private rest = '';
  private name = '';
  private data: string[] = [];
  /** The last position told; of a heartbeat, too. */
  lastId: string | undefined;

  constructor(private readonly onEvent: (event: SseEvent) => void) {}

  feed(chunk: string): void {
    const lines = (this.rest + chunk).split(/\r?\n/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === '') return this.dispatch();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') this.name = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id') this.lastId = value;
  }

  private dispatch(): void {
    if (this.data.length > 0) {
      this.onEvent({ name: this.name || 'message', id: this.lastId, data: this.data.join('\n') });
    }
    this.name = '';
    this.data = [];
  }
}
