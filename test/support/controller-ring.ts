import { randomBytes } from 'node:crypto';
import type { DynamicModule, Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import pino from 'pino';
import { newAdapter, setUpHttp } from '../../src/app.factory.js';
import { AppModule } from '../../src/app.module.js';
import { AuthModule, TokenService, type TokenSubject } from '../../src/auth/index.js';
import { ConfigModule, readSettings } from '../../src/config/index.js';
import { AppError } from '../../src/errors/index.js';
import { openApiDocument } from '../../src/http/index.js';
import { REDIS } from '../../src/redis/index.js';
import { operationsOf, type OpenApiDocument, type Operation } from './openapi.js';

/** A call of a controller's to one of its services. */
export interface ServiceCall {
  /** Class and method. */
  method: string;
  args: unknown[];
}

/** All of the application's controllers behind its own adapter, guards, pipes and filters; the services are fakes. */
export interface ControllerRing {
  app: NestFastifyApplication;
  /** `GET /accounts/:id`, as Fastify knows them. */
  routes: string[];
  operations: Operation[];
  calls: ServiceCall[];
  token(principal: TokenSubject): Promise<string>;
  stop(): Promise<void>;
}

/** What each method of a fake service throws: the request came through to it. */
class ReachedServiceError extends AppError {
  readonly status = 418;
  readonly code = 'reached_service';
}

/** The limiters of requests count in memory then. */
const redisThatIsAway = { defineCommand: () => undefined, multi: () => ({}) };

/** No MongoDB, no Redis, no Meta: whatever a controller depends on and is not given here is a fake. */
export async function startControllerRing(): Promise<ControllerRing> {
  const config = readSettings({
    ENVIRONMENT: 'test',
    ROLE: 'api',
    LOG_LEVEL: 'silent',
    DATABASE_URL: 'mongodb://127.0.0.1:1/',
    REDIS_URL: 'redis://127.0.0.1:1',
    META_WEBHOOK_VERIFY_TOKEN: 'verify-me-please',
    INSTAGRAM_CLIENT_SECRET: 'sandbox-app-secret',
    JWT_SECRET: 'a-secret-of-the-controller-specs-long-enough',
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    // Some hundred routes are asked several times each.
    API_RATE_LIMIT_PER_MINUTE: '1000000',
  });
  const calls: ServiceCall[] = [];
  const routes: string[] = [];
  const adapter = newAdapter(config);
  adapter.getInstance().addHook('onRoute', ({ method, url }) => void routes.push(`${String(method)} ${url}`));
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(config), AuthModule],
    controllers: controllersOf(AppModule.forRoot(config)),
  })
    .useMocker((token) => (token === REDIS ? redisThatIsAway : fakeOf(nameOf(token), calls)))
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false, logger: false });
  await setUpHttp(app, config, pino({ level: 'silent' }));
  await app.init();
  await adapter.getInstance().ready();
  return {
    ...{ app, routes, calls },
    operations: operationsOf(openApiDocument(app) as unknown as OpenApiDocument),
    token: (principal) => app.get(TokenService, { strict: false }).sign(principal, 600),
    stop: () => app.close(),
  };
}

/** The controllers of a module and of all that it imports. */
function controllersOf(module: Type | DynamicModule, seen = new Set<unknown>()): Type[] {
  if (seen.has(module)) return [];
  seen.add(module);
  const { module: type, controllers = [], imports = [] } = 'module' in module ? module : { module };
  const declared = (key: string) => (Reflect.getMetadata(key, type) ?? []) as unknown[];
  const found = [...controllers, ...declared(MODULE_METADATA.CONTROLLERS)] as Type[];
  const imported = [...imports, ...declared(MODULE_METADATA.IMPORTS)] as (Type | DynamicModule)[];
  return [...new Set([...found, ...imported.flatMap((one) => controllersOf(one, seen))])];
}

function nameOf(token: unknown): string {
  return typeof token === 'function' ? token.name : String(token);
}

/** Takes any call, writes it down and throws. Nest's own questions (is it a promise, does it have hooks) it denies. */
function fakeOf(name: string, calls: ServiceCall[]): unknown {
  return new Proxy(
    {},
    {
      get(_target, key) {
        if (typeof key !== 'string' || key === 'then' || /^on[A-Z]|^beforeApplication/.test(key)) return undefined;
        return (...args: unknown[]) => {
          const method = `${name}.${key}`;
          calls.push({ method, args });
          throw new ReachedServiceError(method);
        };
      },
    },
  );
}
