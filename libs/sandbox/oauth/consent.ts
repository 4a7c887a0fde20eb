import type { Account, Login } from '../world/types.js';
import { ALL_SCOPES } from '../world/token-book.js';
import type { World } from '../world/world.js';
import type { OAuthCodes } from './oauth-codes.js';

/** What a server asks of Meta's dialog, read from the dialog's URL. */
export interface ConsentRequest {
  login: Login;
  clientId: string;
  redirectUri: string;
  state: string | null;
  scopes: string[];
}

/** What the person does in the dialog. */
export interface Decision {
  /** They press "Cancel". */
  decline?: boolean;
  /** Professional ids of the accounts they choose; all they have when left out. Instagram Login takes the first alone. */
  accounts?: string[];
  /** What they leave ticked; all that was asked when left out. */
  scopes?: string[];
}

/** Reads a dialog's URL. @returns null when Meta would show an error page instead */
export function readRequest(login: Login, query: Record<string, string | undefined>): ConsentRequest | null {
  const { client_id: clientId, redirect_uri: redirectUri, scope } = query;
  if (!clientId || !redirectUri || !URL.canParse(redirectUri)) return null;
  const scopes = (scope ?? '').split(/[\s,]+/).filter((name) => name !== '');
  return { login, clientId, redirectUri, state: query.state ?? null, scopes };
}

/** The consent of Meta's dialogs: from a decision to the redirect that brings it back to the server. */
export class Consent {
  constructor(
    private readonly world: World,
    private readonly codes: OAuthCodes,
  ) {}

  /** Accounts that the one person in front of the dialog could choose. */
  choices(): Account[] {
    return this.world.accounts;
  }

  /** @returns where Meta sends the browser */
  decide(request: ConsentRequest, decision: Decision): string {
    const chosen = this.chosen(decision);
    if (decision.decline || chosen.length === 0) return declined(request);
    const scopes = decision.scopes ?? (request.scopes.length > 0 ? request.scopes : ALL_SCOPES[request.login]);
    const code = this.codes.issue(request.login, request.redirectUri, grantOf(request.login, chosen, scopes));
    const back = withQuery(request.redirectUri, { code, ...(request.state !== null && { state: request.state }) });
    // Instagram's own habit: servers have to ignore it
    return request.login === 'instagram' ? `${back}#_` : back;
  }

  private chosen({ accounts }: Decision): Account[] {
    if (!accounts) return this.choices();
    return this.choices().filter(({ igId }) => accounts.includes(igId));
  }
}

function grantOf(login: Login, chosen: Account[], scopes: string[]) {
  const first = chosen[0] as Account;
  return login === 'instagram'
    ? ({ login, kind: 'account', account: first, ownerId: first.appScopedId, scopes } as const)
    : ({
        login,
        kind: 'user',
        account: null,
        ownerId: first.ownerId,
        scopes,
        pageIds: chosen.map(({ pageId }) => pageId),
      } as const);
}

function declined({ redirectUri, state }: ConsentRequest): string {
  return withQuery(redirectUri, {
    error: 'access_denied',
    error_reason: 'user_denied',
    error_description: 'The user denied your request',
    ...(state !== null && { state }),
  });
}

function withQuery(url: string, query: Record<string, string>): string {
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return target.toString();
}
