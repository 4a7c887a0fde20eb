import { randomBytes } from 'node:crypto';
import { signBody } from '#libs/graph-api';

export interface BodyOptions {
  /** Professional account that the events are for. */
  igId: string;
  appSecret: string;
  eventsPerBody: number;
  /** Customers who take turns. */
  people: number;
  /** Id of the first of them. */
  firstPerson?: number;
}

export interface SignedBody {
  body: Buffer;
  signature: string;
}

export interface TextEvent {
  sender: { id: string };
  recipient: { id: string };
  timestamp: number;
  message: { mid: string; text: string };
}

const texts = [
  'Hello, are you open on Sunday?',
  'Do you ship the green one to Norway, and how long does it take?',
  'Thanks!',
  'I ordered the small pot last week and it has not arrived yet. My order number is 40127, could you have a look?',
];

/** What customers write, as Meta delivers it: mids as long as Meta's and never the same twice, really signed. */
export class Bodies {
  private readonly midStart = `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAxOjM0MDI4MjM2Njg0${randomBytes(12).toString('hex')}`;
  private count = 0;
  private ready: SignedBody[] = [];

  constructor(private readonly options: BodyOptions) {}

  /** Makes bodies before the clock runs. */
  prepare(count: number): void {
    this.ready = Array.from({ length: count }, () => this.make()).reverse();
  }

  /** One that was prepared; made on the spot when these have run out. */
  next(): SignedBody {
    return this.ready.pop() ?? this.make();
  }

  event(): TextEvent {
    const { igId, people, firstPerson = 6_000_000_000_000_000 } = this.options;
    const number = this.count++;
    return {
      sender: { id: String(firstPerson + (number % people)) },
      recipient: { id: igId },
      timestamp: Date.now(),
      message: { mid: `${this.midStart}${number}`, text: texts[number % texts.length] as string },
    };
  }

  private make(): SignedBody {
    const { igId, appSecret, eventsPerBody } = this.options;
    const messaging = Array.from({ length: eventsPerBody }, () => this.event());
    const delivery = { object: 'instagram', entry: [{ id: igId, time: Date.now(), messaging }] };
    const body = Buffer.from(JSON.stringify(delivery));
    return { body, signature: signBody(body, appSecret) };
  }
}
