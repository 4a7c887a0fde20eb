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
  /** Nobody knows: the server can't be reached. */
  | { state: 'unreachable' }
  /** `expired`: the server takes it no more; what is on the page stays until the person is back. */
  | { state: 'in'; me: Me; via: 'cookie' | 'token'; expired: boolean };

const tokenKey = 'token';

export const session = new Observable<Session>({ state: 'unknown' });

/** The token of somebody without a cookie; gone with the tab. */
export function pastedToken(): string | undefined {
  return sessionStorage.getItem(tokenKey) ?? undefined;
}

/** What a person or a program may do, least first; each may do what those before it may. */
const roles = ['viewer', 'operator', 'owner', 'admin'];

/** Whether a role reaches as far as the one that is needed. The server decides; this decides what is offered. */
export function reaches(role: string, needed: 'operator' | 'owner' | 'admin'): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

interface MeAnswer {
  tenant_id: string;
  actor: { id: string; name: string; role: string };
}

/** @throws {TypeError} nobody answers */
async function askWho(token: string | undefined): Promise<Me | undefined> {
  const headers = { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch('/auth/me', { headers });
  if (answer.status >= 500) throw new TypeError(`/auth/me answered ${answer.status}`);
  if (!answer.ok) return undefined;
  const { actor } = (await answer.json()) as MeAnswer;
  return { actorId: actor.id, name: actor.name, role: actor.role };
}

const retryMs = 3_000;

/** Finds out who is there: by the cookie, which scripts can't see, or by a token of this tab. */
export async function resumeSession(): Promise<void> {
  const token = pastedToken();
  try {
    const me = await askWho(token);
    session.set(me ? { state: 'in', me, via: token ? 'token' : 'cookie', expired: false } : { state: 'none' });
  } catch {
    session.set({ state: 'unreachable' });
    setTimeout(() => void resumeSession(), retryMs);
  }
}

/** @returns whether the server takes it */
export async function takeToken(token: string): Promise<boolean> {
  const me = await askWho(token);
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
