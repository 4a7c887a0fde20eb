import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream, Logger } from 'pino';
import { AppModule, type AppParts } from './app.module.js';
import type { AppConfig } from './config/index.js';
import { ErrorFilter } from './errors/index.js';
import { validationPipe } from './validation/index.js';
import {
  dashboardOrigins,
  drainOnClose,
  exposedHeaders,
  frameworkErrorAnswers,
  registerBodyParsers,
  registerHttpHooks,
  refuseOtherMethods,
  serveDocs,
} from './http/index.js';
import { createPino, NestPinoLogger } from './observability/index.js';
import { serveWebApp } from './web-app/index.js';

export interface CreateAppOptions extends AppParts {
  /** Where log lines go instead of stdout. */
  logTo?: DestinationStream;
  /** Nest knows the routes and instantiates nothing: enough to describe them. */
  preview?: boolean;
}

/**
 * Builds the application of a process, ready to `listen`: adapter, raw bodies, pipes, filters, Swagger, shutdown.
 * `main.ts`, the specs and the OpenAPI generator all use it, so that they all see the same thing.
 */
export async function createApp(config: AppConfig, options: CreateAppOptions = {}): Promise<NestFastifyApplication> {
  const logger = createPino(config.LOG_LEVEL, options.logTo);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config, options), newAdapter(config), {
    bodyParser: false,
    logger: new NestPinoLogger(logger),
    abortOnError: false,
    preview: options.preview ?? false,
  });
  await setUpHttp(app, config, logger);
  app.enableShutdownHooks([], { useProcessExit: true });
  for (const notice of config.notices) logger.warn({ msg: notice });
  warnOfOpenDoors(config, logger);
  return app;
}

/** What speaks HTTP underneath Nest. */
export function newAdapter(config: AppConfig): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: config.TRUST_PROXY ?? false,
    genReqId: () => randomUUID(),
    requestTimeout: 30_000,
    // How often the timeouts are looked after: Node's own half a minute would double the time of a slow sender.
    http: { connectionsCheckingInterval: 5_000 },
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 500 },
    // While stopping, a request on a connection that is still open is answered, not refused: it may be a delivery.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    logger: false,
    ...frameworkErrorAnswers(config),
  });
}

/** What every request passes on its way to a controller, and every answer on its way back. */
export async function setUpHttp(app: NestFastifyApplication, config: AppConfig, logger: Logger): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  drainOnClose(fastify, config.SHUTDOWN_GRACE_MS / 10);
  registerBodyParsers(fastify);
  await registerHttpHooks(fastify, config, logger);
  refuseOtherMethods(fastify);
  if (config.carriesApi) await serveWebApp(fastify);
  app.enableCors({
    origin: dashboardOrigins(config),
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
    maxAge: 600,
  });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ErrorFilter());
  if (config.SWAGGER_ENABLED ?? !config.isProduction) serveDocs(app, config);
}

/** https is what the world can reach; a deployment that forgot to say it is production takes example secrets there. */
function warnOfOpenDoors({ API_URL, ENVIRONMENT, isProduction }: AppConfig, logger: Logger): void {
  if (isProduction || !API_URL.startsWith('https:')) return;
  const msg = 'not in production: weak secrets are taken, /metrics and /docs are open; set ENVIRONMENT=production';
  logger.warn({ msg, environment: ENVIRONMENT, api_url: API_URL });
}
