/** `__Host-` makes browsers refuse a cookie that a sibling domain planted; over plain http they refuse the name itself. */
export const sessionCookieName = (apiUrl: string): string =>
  apiUrl.startsWith('https:') ? '__Host-session' : 'session';

const tokenPattern = /^[\w-]{43}$/;

/** @returns the session's token, if the header carries what may be one */
export function sessionTokenIn(cookieHeader: string | undefined, apiUrl: string): string | undefined {
  const name = sessionCookieName(apiUrl);
  for (const part of cookieHeader?.split(';') ?? []) {
    const [key = '', value = ''] = part.split('=', 2);
    if (key.trim() === name && tokenPattern.test(value.trim())) return value.trim();
  }
  return undefined;
}

/** @param maxAgeS 0 takes it away */
export function sessionCookie(token: string, maxAgeS: number, apiUrl: string): string {
  const secure = apiUrl.startsWith('https:') ? '; Secure' : '';
  return `${sessionCookieName(apiUrl)}=${token}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
}
