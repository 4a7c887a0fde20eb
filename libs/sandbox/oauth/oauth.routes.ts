import type { FastifyInstance, FastifyReply } from 'fastify';
import type { GraphContext } from '../graph/graph-call.js';
import type { Login } from '../world/types.js';
import { readRequest } from './consent.js';
import type { Consent, ConsentRequest } from './consent.js';
import { dialogPage, errorPage } from './dialog-page.js';
import type { OAuthCodes } from './oauth-codes.js';

type Fields = Record<string, string | string[] | undefined>;

/** Both logins' dialogs, and where Instagram's codes become tokens. */
export function openOAuth(app: FastifyInstance, context: GraphContext, codes: OAuthCodes, consent: Consent): void {
  const dialog = (login: Login) => (request: { query: unknown }, reply: FastifyReply) => {
    const asked = readRequest(login, request.query as Record<string, string>);
    reply.type('text/html; charset=utf-8');
    return asked
      ? reply.send(dialogPage(asked, consent.choices()))
      : reply.code(400).send(errorPage('Invalid request: client_id and redirect_uri are required.'));
  };
  app.get('/www-instagram/oauth/authorize', dialog('instagram'));
  app.get('/www-facebook/dialog/oauth', dialog('facebook'));
  app.post('/sandbox/oauth/decide', (request, reply) => {
    const fields = (request.body ?? {}) as Fields;
    const asked = requestIn(fields);
    if (!asked) return reply.code(400).send({ error: 'client_id and redirect_uri are required' });
    const decision = {
      decline: fields.decision !== 'allow',
      accounts: listOf(fields.account),
      scopes: listOf(fields.granted),
    };
    return reply.redirect(consent.decide(asked, decision), 302);
  });
  app.post('/api-instagram/oauth/access_token', (request, reply) => {
    const fields = (request.body ?? {}) as Fields;
    const answer = redeem(context, codes, fields);
    return typeof answer === 'string'
      ? reply.code(400).send({ error_type: 'OAuthException', code: 400, error_message: answer })
      : reply.type('application/json').send(answer.json);
  });
}

function requestIn(fields: Fields): ConsentRequest | null {
  const login: Login = fields.login === 'facebook' ? 'facebook' : 'instagram';
  return readRequest(login, fields as Record<string, string>);
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

/** @returns the body as JSON text, or the sentence with which Instagram refuses */
function redeem(context: GraphContext, codes: OAuthCodes, fields: Fields): { json: string } | string {
  if (fields.client_secret !== context.secrets.instagram) return 'Error validating client secret.';
  if (fields.grant_type !== 'authorization_code') return 'Invalid grant_type';
  const grant = codes.redeem(String(fields.code ?? ''), 'instagram', String(fields.redirect_uri ?? ''));
  if (typeof grant === 'string') return grant;
  const token = context.tokens.issue(grant);
  const igId = token.account?.igId ?? '';
  if (context.shapes.permissions) {
    const permissions = permissionsAs(context.shapes.permissions, token.scopes);
    return { json: JSON.stringify({ access_token: token.value, user_id: token.ownerId, permissions }) };
  }
  switch (context.shapes.shortToken) {
    case 'numeric': // a bare number beyond 2^53: JSON.parse loses its last digit
      return {
        json: `{"access_token":"${token.value}","user_id":${igId},"permissions":${JSON.stringify(token.scopes)}}`,
      };
    case 'flat':
      return { json: JSON.stringify({ access_token: token.value, user_id: token.ownerId, permissions: token.scopes }) };
    case 'data': {
      const one = { access_token: token.value, user_id: token.ownerId, permissions: token.scopes.join(',') };
      return { json: JSON.stringify({ data: [one] }) };
    }
  }
}

function permissionsAs(form: NonNullable<GraphContext['shapes']['permissions']>, scopes: readonly string[]): unknown {
  if (form === 'absent') return undefined;
  const granted = scopes.map((permission) => ({ permission, status: 'granted' }));
  return form === 'objects' ? granted : { data: granted };
}
