import { request as open, type ClientRequest, type IncomingMessage } from 'node:http';

/** An event as it came over the wire. */
export interface StreamedEvent {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

/** A client of a server-sent stream that keeps what it was told. */
export class EventStream {
  readonly events: StreamedEvent[] = [];
  lastId?: string;
  ended = false;
  private rest = '';

  private constructor(
    private readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8').on('data', (chunk: string) => this.read(chunk));
    response.on('close', () => (this.ended = true)).on('error', () => undefined);
  }

  /** Resolves once the answer's headers are there. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const request = open(url, { headers, agent: false }, (response) => resolve(new EventStream(request, response)));
      request.on('error', reject).end();
    });
  }

  named(event: string): StreamedEvent[] {
    return this.events.filter((one) => one.event === event);
  }

  close(): void {
    this.request.destroy();
  }

  private read(chunk: string): void {
    const blocks = (this.rest + chunk).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? ['', line]);
      const field = (name: string): string | undefined => fields.find(([key]) => key === name)?.[1];
      this.lastId = field('id') ?? this.lastId;
      const data = field('data');
      if (data !== undefined)
        this.events.push({ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) });
    }
  }
}
