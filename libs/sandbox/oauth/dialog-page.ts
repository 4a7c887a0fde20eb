import type { Account } from '../world/types.js';
import type { ConsentRequest } from './consent.js';

const STYLE = `
  body { margin: 0; font: 16px/1.45 system-ui, sans-serif; background: #f3f1ee; color: #1f1d1a;
    display: grid; place-items: center; min-height: 100vh; }
  main { background: #fff; border-radius: 16px; padding: 28px 32px; width: min(420px, calc(100vw - 32px));
    box-sizing: border-box; box-shadow: 0 8px 40px #0002; }
  h1 { font-size: 1.25rem; margin: 0 0 4px; }
  p { margin: 0 0 16px; color: #5d5850; }
  fieldset { border: 1px solid #e3ded6; border-radius: 12px; margin: 0 0 16px; padding: 8px 16px 12px; }
  legend { font-weight: 600; padding: 0 6px; }
  label { display: flex; gap: 10px; align-items: center; padding: 6px 0; }
  img { width: 36px; height: 36px; border-radius: 50%; }
  code { font-size: .85rem; }
  .buttons { display: flex; gap: 12px; }
  button { flex: 1; padding: 12px; border-radius: 10px; border: 0; font: inherit; font-weight: 600; cursor: pointer; }
  button:focus-visible, input:focus-visible { outline: 3px solid #7fb0f5; outline-offset: 2px; }
  .allow { background: #0064d1; color: #fff; }
  .deny { background: #ece8e1; color: #1f1d1a; }`;

/** The page on which a person lets a server speak for their account, as either of Meta's dialogs. */
export function dialogPage(request: ConsentRequest, accounts: readonly Account[]): string {
  const isInstagram = request.login === 'instagram';
  const title = isInstagram ? 'Log in with Instagram' : 'Continue with Facebook';
  const question = isInstagram ? 'Which account?' : 'Which Pages?';
  return page(
    title,
    `<h1>${title}</h1>
    <p>App <code>${escapeHtml(request.clientId)}</code> asks to handle messages for you. This is the sandbox: no real account is touched.</p>
    <form method="post" action="/sandbox/oauth/decide">
      ${hidden('login', request.login)}${hidden('client_id', request.clientId)}
      ${hidden('redirect_uri', request.redirectUri)}${hidden('scope', request.scopes.join(','))}
      ${request.state === null ? '' : hidden('state', request.state)}
      <fieldset><legend>${question}</legend>${accounts.map((one, at) => choice(one, isInstagram, at)).join('')}</fieldset>
      <fieldset><legend>What may the app do?</legend>${request.scopes.map(scopeBox).join('')}</fieldset>
      <div class="buttons">
        <button class="deny" name="decision" value="deny">Cancel</button>
        <button class="allow" name="decision" value="allow">Allow</button>
      </div>
    </form>`,
  );
}

/** What Meta shows when the dialog was opened with parameters it can't use. */
export function errorPage(sentence: string): string {
  return page('Something is wrong', `<h1>Sorry, something went wrong</h1><p>${escapeHtml(sentence)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} (sandbox)</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>${STYLE}</style></head>
<body><main>${body}</main></body></html>`;
}

function choice(account: Account, isInstagram: boolean, index: number): string {
  const input = isInstagram
    ? `<input type="radio" name="account" value="${account.igId}" ${index === 0 ? 'checked' : ''}>`
    : `<input type="checkbox" name="account" value="${account.igId}" checked>`;
  const name = isInstagram ? `@${account.username}` : account.pageName;
  return `<label>${input}<img src="/avatars/${escapeHtml(account.username)}.svg" alt="">${escapeHtml(name)}</label>`;
}

function scopeBox(scope: string): string {
  const name = escapeHtml(scope);
  return `<label><input type="checkbox" name="granted" value="${name}" checked><code>${name}</code></label>`;
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
