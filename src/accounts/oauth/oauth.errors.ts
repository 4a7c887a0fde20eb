import { InvalidRequestError, type AppErrorOptions } from '../../errors/index.js';

const sentences = {
  state_invalid: 'This link was not made by us, or was changed on its way. Start connecting again.',
  state_of_another_browser:
    'The connection was started in another browser. Start connecting again in this one, without leaving it.',
  state_expired: 'Connecting took longer than ten minutes. Start again.',
  state_used: 'This link was used already. If the account is not connected, start again.',
  declined: 'You declined the permissions on Instagram, so nothing was connected.',
  login_failed: 'Instagram could not complete the login. Start connecting again.',
  code_refused: 'Instagram did not accept the login any more. Start connecting again.',
  scopes_missing: 'Not every needed permission was granted. Start again and leave all of them switched on',
  no_accounts:
    'No Instagram professional account came with this login. Choose a Page that has one linked, or make the account professional.',
  not_configured: 'Connecting with this login is not set up on this server.',
} as const;

export type OAuthRefusal = keyof typeof sentences;

/** Connecting did not work out; the message tells the person why and what to do. */
export class OAuthRefusedError extends InvalidRequestError {
  override readonly code: OAuthRefusal;

  constructor(code: OAuthRefusal, more?: string, options: AppErrorOptions = {}) {
    super(more === undefined ? sentences[code] : `${sentences[code]}: ${more}.`, [], options);
    this.code = code;
  }
}
