import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { AppConfig } from '../config/index.js';
import { describeDocument } from './describe-document.js';
import { closeRequestBodies, documentValidationRules } from './documented-rules.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const description = `Instagram Direct Messages for businesses: what Meta delivers is stored exactly once, answered at most
once, in order per conversation.

Press **Authorize** and paste a token (\`npm run token -- --user me --role admin\` makes one). Every answer has
\`success\`; errors have \`error\`, \`code\`, \`details\` and a \`request_id\` that is also in the log.`;

/** The OpenAPI document as the routes declare it. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Instagram DM API')
    .setDescription(description)
    .setVersion(version)
    .addServer('/')
    .addCookieAuth('session', {
      type: 'apiKey',
      in: 'cookie',
      description: 'A session of `POST /auth/sign-in`; over https the cookie is `__Host-session`',
    })
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A JWT, or an API key (`dmk_…`)',
    })
    .build();
  documentValidationRules();
  const document = SwaggerModule.createDocument(app, builder, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  return describeDocument(closeRequestBodies(document));
}

/** Serves Swagger UI at `/docs` and the document at `/docs-json`. */
export function serveDocs(app: NestFastifyApplication, { isProduction }: AppConfig): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Instagram DM API',
    swaggerOptions: {
      // A token in a browser's storage outlives the person at it, and any script of the page can read it.
      persistAuthorization: !isProduction,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      filter: true,
      tagsSorter: 'alpha',
    },
  });
}
