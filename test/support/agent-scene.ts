import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import {
  startOpenAiStandIn,
  type Happened,
  type OpenAiFault,
  type OpenAiStandIn,
  type SandboxCustomer,
} from '#libs/sandbox';
import { eventually } from './eventually.js';
import { startTestApp, type TestApp, type TestAppOptions } from './test-app.js';

/** The server with an agent that is on, its local Instagram and a model that can be told what to say. */
export interface AgentScene {
  app: TestApp;
  model: OpenAiStandIn;
  accountId: string;
  /** For another process on the same store. */
  encryptionKey: string;
  /** Straight into the store. */
  db: mongoose.mongo.Db;
  newCustomer(name?: string): SandboxCustomer;
  /** What the customer got, oldest first. */
  answersTo(customer: SandboxCustomer): string[];
  dmsOf(customer: SandboxCustomer): Promise<StoredDm[]>;
  conversationOf(customer: SandboxCustomer): Promise<StoredConversation>;
  /** Waits until a message is in the store. */
  stored(said: Happened): Promise<void>;
  /** Waits until nothing of the customer's is pending or being sent. */
  settled(customer: SandboxCustomer): Promise<void>;
  settings(patch: Record<string, unknown>): Promise<void>;
  stop(): Promise<void>;
}

export interface StoredDm {
  _id: mongoose.Types.ObjectId;
  message_id?: string;
  text?: string;
  direction: string;
  source: string;
  status?: string;
  agent_state?: string;
  agent_reason?: string;
  conversation_id: string;
}

export interface StoredConversation {
  _id: mongoose.Types.ObjectId;
  agent_paused_until?: Date;
  agent_paused_reason?: string;
  handed_over?: { reason: string };
  answer_epoch: number;
  answer_leased_until?: Date;
}

let people = 0;

export async function startAgentScene(
  options: TestAppOptions,
  agent: Record<string, unknown> = {},
): Promise<AgentScene> {
  const model = await startOpenAiStandIn();
  const encryptionKey = randomBytes(32).toString('base64');
  const env = {
    ENCRYPTION_KEY: encryptionKey,
    OPENAI_BASE_URL: model.baseUrl,
    // A model that is slow on a busy machine is not one that failed.
    OPENAI_TIMEOUT_MS: '20000',
    AGENT_PATIENCE_MS: '0',
    MEDIA_EXTRA_HOSTS: '127.0.0.1',
    ...options.env,
  };
  const app = await startTestApp({ ...options, env });
  const accountId = await app.connect(undefined, { enabled: true, quiet_ms: 60, ...agent });
  const client = await mongoose.mongo.MongoClient.connect(options.services.mongoUrl);
  const db = client.db();
  const dmsOf = (customer: SandboxCustomer): Promise<StoredDm[]> =>
    db
      .collection<StoredDm>('instagram_dms')
      .find({
        platform_account_id: accountId,
        $or: [{ sender_id: customer.id }, { recipient_id: customer.id }],
      } as never)
      .sort({ timestamp: 1, _id: 1 })
      .toArray();
  return {
    ...{ app, model, accountId, db, dmsOf, encryptionKey },
    newCustomer: (name) =>
      app.sandbox.createCustomer({ username: `guest.${process.pid}.${++people}`, name: name ?? null }),
    answersTo: (customer) =>
      app.sandbox.sends.filter((sent) => sent.recipientId === customer.id).map(({ text }) => text ?? ''),
    conversationOf: async (customer) => {
      const found = await db
        .collection<StoredConversation>('inbox_conversations')
        .findOne({ platform_account_id: accountId, participant_id: customer.id } as never);
      if (!found) throw new Error('no conversation yet');
      return found;
    },
    stored: async ({ mid }) => {
      await eventually(async () =>
        expect(await db.collection('instagram_dms').countDocuments({ message_id: mid })).toBe(1),
      );
    },
    settled: async (customer) => {
      await app.sandbox.idle();
      await eventually(async () => {
        const dms = await dmsOf(customer);
        const open = dms.filter(
          (dm) => dm.agent_state === 'pending' || dm.status === 'queued' || dm.status === 'sending',
        );
        const said = customer.messages().filter((message) => message.from === 'customer' && !message.unsent).length;
        if (open.length > 0) throw new Error(`${open.length} still open`);
        if (dms.filter((dm) => dm.direction === 'inbound').length < said) throw new Error('not all stored yet');
      });
    },
    settings: async (patch) => {
      await (await app.call()).put(`/agent/settings/${accountId}`).send(patch).expect(200);
    },
    stop: async () => {
      await app.stop();
      await client.close();
      await model.stop();
    },
  };
}

/** A customer who writes once more while their first message is being answered, and has what they got for it. */
export async function writesWhileItThinks(scene: AgentScene): Promise<SandboxCustomer> {
  const customer = scene.newCustomer();
  let asked = 0;
  scene.model.answerWith(async ({ open }) => {
    asked += 1;
    if (asked === 1) await scene.stored(customer.sendText('and one more thing'));
    return `Answer ${asked} to ${open.length}`;
  });
  customer.sendText('first thing');
  await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
  await scene.settled(customer);
  return customer;
}

/** A customer who writes twice while every call of the model fails, and what becomes of both. */
export async function writesToABrokenModel(scene: AgentScene, mode: OpenAiFault['mode']): Promise<SandboxCustomer> {
  await scene.settings({ fallback_text: 'Thank you! We will answer shortly.' });
  const customer = scene.newCustomer();
  scene.model.fail({ mode });
  customer.sendText('Hello?');
  await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
  customer.sendText('Hello??');
  await eventually(async () =>
    expect((await scene.dmsOf(customer)).filter((dm) => dm.agent_state === 'skipped')).toHaveLength(1),
  );
  scene.model.clearFaults();
  await scene.settings({ fallback_text: null });
  return customer;
}
