import type { FastifyInstance } from 'fastify';
import type { OAuthCodes } from '../oauth/oauth-codes.js';
import { conversationRoutes } from './conversation.routes.js';
import type { GraphContext } from './graph-call.js';
import { openGraphDoor } from './graph-door.js';
import { errorBody, GRAPH_ERRORS } from './graph-error.js';
import { meRoutes } from './me.routes.js';
import { nodeRoutes } from './node.routes.js';
import { sendRoutes } from './send.routes.js';
import { subscriptionRoutes } from './subscription.routes.js';
import { tokenRoutes } from './token.routes.js';
import { openLookaside, whatsappRoutes } from '../whatsapp/whatsapp.routes.js';

/** Opens the Graph API's stand-in under `/instagram` and `/facebook`. */
export function openGraph(app: FastifyInstance, context: GraphContext, codes: OAuthCodes): void {
  openGraphDoor(app, context, [
    ...meRoutes(context),
    ...tokenRoutes(context, codes),
    ...sendRoutes(context),
    ...subscriptionRoutes(context),
    ...conversationRoutes(context),
    ...whatsappRoutes(context),
    ...nodeRoutes(context),
  ]);
  openLookaside(app, context);
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    if (request.url.startsWith('/sandbox')) return reply.code(error.statusCode ?? 400).send({ error: error.message });
    const message = `(#100) ${error.message}`;
    return reply.code(error.statusCode ?? 500).send(errorBody({ ...GRAPH_ERRORS.bad_parameter, message }));
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `Unknown path components: ${request.url.split('?')[0]}`;
    return reply.code(400).send(errorBody({ status: 400, message, code: 2500 }));
  });
}
