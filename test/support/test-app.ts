import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import type { Clock } from '#libs/clock';
import { startSandbox, type Sandbox, type SandboxOptions } from '#libs/sandbox';
import { createApp } from '../../src/app.factory.js';
import { TokenService, type TokenSubject } from '../../src/auth/index.js';
import type { ChannelRegistration } from '../../src/channels/index.js';
import { readSettings } from '../../src/config/index.js';
import type { TestServices } from './services.js';
import { testSettings } from './test-settings.js';

export { testSettings };

export interface TestAppOptions {
  services: TestServices;
  /** A sandbox to talk to; one of its own when left out. */
  sandbox?: Sandbox;
  sandboxOptions?: Partial<SandboxOptions>;
  clock?: Clock;
  /** Instead of the product's channels. */
  channels?: readonly ChannelRegistration[];
  /** Settings on top of the test defaults. */
  env?: Record<string, string>;
}

/** A running application, its local Instagram, and what a spec needs to talk to both. */
export interface TestApp {
  app: NestFastifyApplication;
  sandbox: Sandbox;
  url: string;
  /** Everything that was logged. */
  logs: string[];
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T)): T;
  /** supertest against the server, with a Bearer token unless `as` is null. */
  call(as?: TokenSubject | null): Promise<ReturnType<typeof request.agent>>;
  token(principal: TokenSubject): Promise<string>;
  /** Connects the sandbox's first account through `POST /accounts` and returns its `_id`. */
  connect(userId?: string, agent?: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

export const admin: TokenSubject = { userId: 'admin', role: 'admin' };
export const tenant: TokenSubject = { userId: 'tenant-1', role: 'user' };

/** Starts the real application on a free port: real MongoDB and Redis, a local Instagram over HTTP. */
export async function startTestApp(options: TestAppOptions): Promise<TestApp> {
  const { services } = options;
  const sandbox =
    options.sandbox ??
    (await startSandbox({
      appSecret: randomBytes(16).toString('hex'),
      verifyToken: 'verify-me-please',
      ...options.sandboxOptions,
    }));
  const logs: string[] = [];
  const logTo = new PassThrough().on('data', (line: Buffer) => logs.push(line.toString()));
  const app = await createApp(readSettings(testSettings(services, { ...sandbox.env, ...options.env })), {
    clock: options.clock,
    ...(options.channels ? { channels: options.channels } : {}),
    logTo,
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  if (!options.sandbox) sandbox.webhooks.configure({ url: `${url}/webhook/instagram` });
  const token = (principal: TokenSubject): Promise<string> => app.get(TokenService).sign(principal, 3_600);
  const testApp: TestApp = {
    app,
    sandbox,
    url,
    logs,
    token,
    get: (type) => app.get(type as Type, { strict: false }),
    call: async (as = tenant) => {
      const agent = request.agent(url);
      return as === null ? agent : agent.set('authorization', `Bearer ${await token(as)}`);
    },
    connect: async (userId = tenant.userId, agent = { enabled: true, quiet_ms: 50 }) => {
      const caller = await testApp.call({ userId, role: 'user' });
      const body = { access_token: sandbox.account.accessToken, login: 'instagram', agent };
      const answer = await caller.post('/accounts').send(body).expect(201);
      return (answer.body as { data: { _id: string } }).data._id;
    },
    stop: async () => {
      if (!options.sandbox) await sandbox.stop();
      await app.close();
    },
  };
  return testApp;
}
