import { Observable } from '../ui/observable.js';

/** Who is at the page. */
export interface Me {
  actorId: string;
  name: string;
  role: string;
}

export type Session =
  | { state: 'unknown' }
  | { state: 'none' }
  /** `expired`: the server takes it no more; what is on the page stays until the person is back. */
  | { state: 'in'; me: Me; via: 'cookie' | 'token'; expired: boolean };

const tokenKey = 'token';

export const session = new Observable<Session>({ state: 'unknown' });

/** The token of somebody without a cookie; gone with the tab. */
export function pastedToken(): string | undefined {
  return sessionStorage.getItem(tokenKey) ?? undefined;
}

function meOfToken(token: string): Me | undefined {
  try {
    const [, payload = ''] = token.split('.');
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>;
    if (typeof claims['sub'] !== 'string') return undefined;
    return { actorId: claims['sub'], name: claims['sub'], role: claims['role'] === 'admin' ? 'admin' : 'user' };
  } catch {
    return undefined;
  }
}

interface MeAnswer {
  tenant_id: string;
  actor: { id: string; name: string; role: string };
}

/** Finds out who is there: by the cookie, which scripts can't see, or by a token of this tab. */
export async function resumeSession(): Promise<void> {
  const token = pastedToken();
  const me = token === undefined ? undefined : meOfToken(token);
  if (me) {
    session.set({ state: 'in', me, via: 'token', expired: false });
    return;
  }
  const answer = await fetch('/auth/me', { headers: { accept: 'application/json' } }).catch(() => undefined);
  if (!answer?.ok) {
    session.set({ state: 'none' });
    return;
  }
  const body = (await answer.json()) as MeAnswer | { data: MeAnswer };
  const { actor } = 'data' in body ? body.data : body;
  session.set({
    state: 'in',
    me: { actorId: actor.id, name: actor.name, role: actor.role },
    via: 'cookie',
    expired: false,
  });
}

/** @returns whether it looks like a token at all */
export function takeToken(token: string): boolean {
  const me = meOfToken(token);
  if (!me) return false;
  sessionStorage.setItem(tokenKey, token);
  session.set({ state: 'in', me, via: 'token', expired: false });
  return true;
}

export async function signInWithPassword(email: string, password: string): Promise<Response> {
  const answer = await fetch('/auth/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (answer.ok) {
    sessionStorage.removeItem(tokenKey);
    await resumeSession();
  }
  return answer;
}

/** The server said 401. */
export function expireSession(): void {
  const now = session.get();
  if (now.state === 'in') session.set({ ...now, expired: true });
}

/** Leaves nothing of this person in the browser: drafts and what waits to be sent hold customers' words. */
export async function signOut(): Promise<void> {
  const now = session.get();
  if (now.state === 'in' && now.via === 'cookie')
    await fetch('/auth/sign-out', { method: 'POST' }).catch(() => undefined);
  sessionStorage.removeItem(tokenKey);
  for (const key of Object.keys(localStorage)) if (/^(draft|outbox):/.test(key)) localStorage.removeItem(key);
  session.set({ state: 'none' });
}
