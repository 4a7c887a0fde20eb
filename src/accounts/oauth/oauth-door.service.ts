import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../../config/index.js';
import { plainPage } from '../../http/index.js';
import { hasWebApp } from '../../web-app/index.js';
import type { OAuthOutcome, OAuthReturn, OAuthStart } from './oauth.service.js';
import { stateLivesMs } from './oauth-states.service.js';

const cookieName = 'dm_oauth';
const returnNames = ['code', 'state', 'error', 'error_reason', 'error_description'] as const;
const longestValue = 4_096;

/** The HTTP side of connecting: cookie, redirects, result page. */
@Injectable()
export class OAuthDoorService {
  constructor(private readonly config: AppConfig) {}

  browserKeyOf(request: FastifyRequest): string | undefined {
    const cookies = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
    const value = cookies.find((part) => part.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
    return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined;
  }

  /** Meta adds parameters as it likes; of a repeated one the first counts, an endless one is none. */
  readReturn(request: FastifyRequest): OAuthReturn {
    const query = request.query as Record<string, unknown>;
    const back: OAuthReturn = {};
    for (const name of returnNames) {
      const given = query[name];
      const value: unknown = Array.isArray(given) ? given[0] : given;
      if (typeof value === 'string' && value !== '' && value.length <= longestValue) back[name] = value;
    }
    return back;
  }

  answerStart(reply: FastifyReply, { url, expiresAt, browserKey }: OAuthStart, redirect: boolean): void {
    const secure = this.config.API_URL.startsWith('https:') ? '; Secure' : '';
    // Lax: the way back is a top-level navigation from Meta's site, which must carry it.
    const attributes = `Path=/accounts/oauth; Max-Age=${stateLivesMs / 1000}; HttpOnly; SameSite=Lax${secure}`;
    void reply.header('set-cookie', `${cookieName}=${browserKey}; ${attributes}`).header('cache-control', 'no-store');
    if (redirect) void reply.redirect(url, 302);
    else void reply.send({ success: true, data: { url, expires_at: expiresAt } });
  }

  /**
   * To the dashboard, else to the web app, with a status and never a token; where there is neither, a page that says how
   * it ended.
   */
  answerReturn(reply: FastifyReply, outcome: OAuthOutcome): void {
    // The code in this page's address must not travel on in a Referer.
    void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
    if (this.config.frontendIsSet || hasWebApp()) {
      void reply.redirect(this.frontendUrl(outcome), 302);
      return;
    }
    const title = outcome.ok ? 'Connected' : 'Not connected';
    void reply
      .status(outcome.ok ? 200 : 400)
      .type('text/html; charset=utf-8')
      .send(plainPage({ title, text: outcome.message }));
  }

  private frontendUrl(outcome: OAuthOutcome): string {
    const { frontendIsSet, FRONTEND_URL, API_URL } = this.config;
    const url = new URL(frontendIsSet ? FRONTEND_URL : `${API_URL}/app/accounts`);
    const { searchParams: query } = url;
    query.set('instagram', outcome.ok ? 'connected' : 'failed');
    if (outcome.ok) query.set('account_id', outcome.accounts.map(({ _id }) => _id).join(','));
    else query.set('code', outcome.code);
    query.set('message', outcome.message);
    return url.toString();
  }
}
