import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#libs/clock';
import { openControl } from './control/control.routes.js';
import { Faults } from './faults.js';
import type { AnswerShapes, GraphContext } from './graph/graph-call.js';
import { openGraph } from './graph/open-graph.js';
import { Ledger } from './ledger.js';
import { LiveFeed } from './live-feed.js';
import { Consent } from './oauth/consent.js';
import { openOAuth } from './oauth/oauth.routes.js';
import { OAuthCodes } from './oauth/oauth-codes.js';
import { openPhone } from './phone/phone.routes.js';
import { Random } from './random.js';
import { Sandbox } from './sandbox.js';
import { SandboxClock } from './sandbox-clock.js';
import { JUNIPER_AND_PINE } from './seed.js';
import type { Seed } from './seed.js';
import { DeliveryEngine } from './webhooks/delivery-engine.js';
import type { WebhookOptions } from './webhooks/delivery.js';
import { SendPace } from './whatsapp/send-pace.js';
import { StatusReports } from './whatsapp/status-reports.js';
import { WhatsAppWorld } from './whatsapp/whatsapp-world.js';
import { Memory } from './world/memory.js';
import { TokenBook } from './world/token-book.js';
import { World } from './world/world.js';

export interface SandboxOptions {
  /** Signs Instagram Login's webhooks and is its client secret. */
  appSecret: string;
  /** The same for the Page login; `appSecret` when left out. */
  metaAppSecret?: string;
  /** What the server expects in Meta's verification of its webhook URL. */
  verifyToken?: string;
  /** 0 or left out: any free one. Always on 127.0.0.1. */
  port?: number;
  /** Where webhooks go. May be set later: `sandbox.webhooks.configure({ url })`. */
  webhookUrl?: string;
  /** More about webhooks: redelivery, duplicates, batches, echoes. */
  webhooks?: Partial<WebhookOptions>;
  /** The machine's time, movable, when left out. */
  clock?: Clock;
  /** Keeps accounts, people, conversations and tokens in this file; in memory alone when left out. */
  dataFile?: string;
  /** Gets a line for what is worth one; nothing is written when left out. */
  log?: (line: string) => void;
  /** Makes chance repeatable. */
  randomSeed?: number;
  /** Who there is at the start; the shop when left out. */
  seed?: Seed;
  /** How Meta's answers look where it has several forms. */
  shapes?: Partial<AnswerShapes>;
  /** Subscribes the first accounts to all webhooks, as if connected already. Off: a server must subscribe. */
  subscribed?: boolean;
}

const DEFAULT_SHAPES: AnswerShapes = {
  me: 'flat',
  shortToken: 'data',
  expiresIn: 'number',
  usage: 'list',
  messages: 'detailed',
  pageProfiles: 'full',
};

/**
 * Starts a local Instagram: Graph API for both hosts, OAuth dialogs, webhooks, people, a phone page.
 * Everything is in memory; {@link Sandbox.stop} leaves nothing open.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = options.clock ?? new SandboxClock();
  const random = new Random(options.randomSeed);
  const live = new LiveFeed();
  const secrets = { instagram: options.appSecret, facebook: options.metaAppSecret ?? options.appSecret };
  const webhooks = { ...options.webhooks, ...(options.webhookUrl !== undefined && { url: options.webhookUrl }) };
  const app = buildHttp();
  const engine = new DeliveryEngine({ secrets, clock, random, live }, webhooks);
  const chats = new WhatsAppWorld(clock, random);
  const context: GraphContext = {
    baseUrl: () => urlOf(app),
    secrets,
    clock,
    random,
    world: new World(clock, random),
    tokens: new TokenBook(clock),
    ledger: new Ledger(),
    faults: new Faults(),
    webhooks: engine,
    live,
    shapes: { ...DEFAULT_SHAPES, ...options.shapes },
    whatsapp: { world: chats, statuses: new StatusReports(chats, engine, random, live), pace: new SendPace() },
  };
  const codes = new OAuthCodes(clock);
  const consent = new Consent(context.world, codes);
  const sandbox = new Sandbox(app, context, consent, { verifyToken: options.verifyToken ?? null });
  const memory =
    options.dataFile === undefined ? null : new Memory(options.dataFile, context.world, context.tokens, chats);
  sandbox.populate(options.seed ?? JUNIPER_AND_PINE, options.subscribed ?? true, memory);
  openGraph(app, context, codes);
  openOAuth(app, context, codes, consent);
  openControl(app, sandbox);
  openPhone(app, sandbox);
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  options.log?.(`Sandbox for Instagram on ${sandbox.url}`);
  return sandbox;
}

function urlOf(app: FastifyInstance): string {
  const address = app.server.address() as AddressInfo | null;
  return `http://127.0.0.1:${address?.port ?? 0}`;
}

/** Graph's paths with and without a version are the same routes. */
function buildHttp(): FastifyInstance {
  const app = Fastify({
    bodyLimit: 8 * 1024 * 1024,
    forceCloseConnections: true,
    // mids are longer than the router's usual limit of 100
    routerOptions: { maxParamLength: 1_000 },
    rewriteUrl: ({ url = '/' }) => url.replace(/^\/(instagram|facebook|www-facebook)\/v\d+\.\d+(?=\/|\?|$)/, '/$1'),
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, fieldsOf(new URLSearchParams(body as string))),
  );
  return app;
}

/** A field that is there more than once, as ticked boxes are, becomes a list. */
function fieldsOf(form: URLSearchParams): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    fields[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return fields;
}
