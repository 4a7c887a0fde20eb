/** Why there is no answer from the model. */
export type ModelFailure =
  /** Busy, away, too slow: may go well in a moment. */
  | 'unavailable'
  /** It answered in a shape that can't be read: may go well in a moment. */
  | 'unreadable'
  /** Something of ours broke while the answer was made: may go well in a moment. */
  | 'broken'
  /** It was paid for several times and no answer came of it. */
  | 'tried_enough'
  /** It refuses the request or the key: trying again changes nothing. */
  | 'refused'
  /** The provider has no such model any more. */
  | 'gone'
  /** The operator's credit with the provider is used up. */
  | 'quota'
  /** It declined to answer this conversation. */
  | 'declined'
  /** It ended well and said nothing, twice. */
  | 'empty'
  /** Its tokens were used up, by thinking, before it said anything, twice. */
  | 'no_room'
  /** OPENAI_API_KEY is not set. */
  | 'not_configured';

/** What may go well in a moment: worth waiting for. */
export const passingFailures: ReadonlySet<ModelFailure> = new Set(['unavailable', 'unreadable', 'broken']);

interface ModelErrorOptions extends ErrorOptions {
  /** Whether it may have cost tokens all the same. */
  mayHaveCost?: boolean;
  /** It answered, so it was paid for. */
  answered?: boolean;
  /** How long the provider asked us to wait. */
  retryAfterMs?: number;
}

/** The model gave no answer. The message is for the log; it holds no content and reaches no customer. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly mayHaveCost: boolean;
  readonly answered: boolean;
  readonly retryAfterMs?: number;

  constructor(
    readonly failure: ModelFailure,
    message: string,
    { mayHaveCost, answered = false, retryAfterMs, ...options }: ModelErrorOptions = {},
  ) {
    super(message, options);
    this.answered = answered;
    this.mayHaveCost = mayHaveCost ?? answered;
    this.retryAfterMs = retryAfterMs;
  }
}
