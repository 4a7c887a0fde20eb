import mongoose from 'mongoose';

type Client = InstanceType<typeof mongoose.mongo.MongoClient>;
type Stream = ReturnType<ReturnType<Client['db']>['watch']>;

interface Change {
  operationType: string;
  wallTime?: Date;
  documentKey?: { _id: unknown };
  fullDocument?: StoredDm;
  updateDescription?: { updatedFields?: Partial<StoredDm> };
}

/** The fields of a DM that the harness looks at. */
export interface StoredDm {
  _id: mongoose.Types.ObjectId;
  platform_account_id: string;
  conversation_id: string;
  message_id?: string;
  text?: string;
  timestamp: number;
  kind: string;
  direction: 'inbound' | 'outbound';
  source: string;
  read: boolean;
  read_at?: Date;
  is_deleted: boolean;
  unsent: boolean;
  placeholder?: boolean;
  postback?: { payload?: string };
  reactions: { emoji?: string; removed?: boolean; sender_id: string }[];
  agent_state?: string;
  agent_reason?: string;
  status?: string;
  send_key?: string;
  send_seq?: number;
  attempts?: number;
  sending_at?: Date;
  next_attempt_at?: Date;
  outbound_open?: boolean;
  error?: { kind: string; message: string };
  created_at: Date;
}

export type SendStep = 'queued' | 'sending';

/** Follows the store's own log: when each message was committed, and each step of a send as it happens. */
export class StoreWatch {
  /** Commit time by Meta's mid (or derived key). */
  readonly storedAt = new Map<string, number>();
  /** Commit time of replies and desk sends by their first mark. */
  readonly queuedAt = new Map<string, number>();
  private readonly watchers: Record<SendStep, Set<(dm: StoredDm | undefined) => void>> = {
    queued: new Set(),
    sending: new Set(),
  };
  private stream?: Stream;
  private resumeAfter: unknown;
  private open = true;

  constructor(private readonly client: Client) {}

  static async connect(url: string): Promise<StoreWatch> {
    const client = await mongoose.mongo.MongoClient.connect(url, { serverSelectionTimeoutMS: 60_000 });
    const watch = new StoreWatch(client);
    void watch.follow();
    return watch;
  }

  collection<T extends object>(name: string) {
    return this.client.db('instagram_dms').collection<T>(name);
  }

  /** Since mongod last started. */
  async transactions(): Promise<string> {
    const status = await this.client.db('admin').command({ serverStatus: 1 });
    const { totalCommitted, totalAborted } = status['transactions'] as Record<string, number>;
    return `${totalCommitted} committed, ${totalAborted} aborted`;
  }

  /** @returns stops watching */
  onStep(step: SendStep, watcher: (dm: StoredDm | undefined) => void): () => void {
    this.watchers[step].add(watcher);
    return () => void this.watchers[step].delete(watcher);
  }

  async close(): Promise<void> {
    this.open = false;
    await this.stream?.close().catch(() => undefined);
    await this.client.close();
  }

  private async follow(): Promise<void> {
    while (this.open) {
      try {
        const resume = this.resumeAfter ? { resumeAfter: this.resumeAfter } : {};
        this.stream = this.client.db('instagram_dms').collection('instagram_dms').watch([], resume);
        for await (const change of this.stream) {
          this.resumeAfter = (change as { _id: unknown })._id;
          this.note(change as unknown as Change);
        }
      } catch {
        if (this.open) await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  private note({ operationType, wallTime, fullDocument, updateDescription }: Change): void {
    const at = wallTime?.getTime() ?? Date.now();
    const dm = fullDocument;
    if (dm?.message_id && !dm.placeholder && !this.storedAt.has(dm.message_id)) this.storedAt.set(dm.message_id, at);
    const status = dm?.status ?? updateDescription?.updatedFields?.status;
    if (operationType === 'insert' && dm?.send_key) this.queuedAt.set(dm.send_key, at);
    if (operationType === 'insert' && status === 'queued') this.tell('queued', dm);
    if (operationType === 'update' && status === 'sending') this.tell('sending', dm);
  }

  private tell(step: SendStep, dm: StoredDm | undefined): void {
    for (const watcher of this.watchers[step]) watcher(dm);
  }
}
