import { ConflictError, InvalidRequestError, type AppErrorOptions } from '../errors/index.js';

const sentences = {
  account_needs_reauth: 'Instagram no longer accepts this account’s token. Connect the account again.',
  account_disabled: 'This account is disabled or disconnected. Connect or enable it first.',
  token_unreadable:
    'This account’s stored token can’t be opened: its encryption key is not configured any more. ' +
    'Put the key back into ENCRYPTION_KEYS_PREVIOUS, or connect the account again.',
} as const;

export type NotUsableReason = keyof typeof sentences;

/** The account can't be used for calls to Meta at present; `reason` and `code` say why, the message what to do. */
export class AccountNotUsableError extends ConflictError {
  override readonly code: string;

  constructor(
    readonly reason: NotUsableReason,
    readonly accountId: string,
    options: AppErrorOptions = {},
  ) {
    super(sentences[reason], { details: { platform_account_id: accountId }, ...options });
    this.code = reason;
  }
}

/** Another tenant holds this Instagram account. */
export class AccountTakenError extends ConflictError {
  override readonly code = 'account_taken';

  constructor(readonly username: string) {
    super(`@${username} is connected by somebody else. They must disconnect it first.`);
  }
}

/** The token in a request is none that Meta takes; `details` has Meta's code where it said one. */
export class BadTokenError extends InvalidRequestError {
  override readonly code = 'bad_token';

  constructor(message: string, options: AppErrorOptions = {}) {
    super(message, [], options);
  }
}
