/** Why there is no answer from the model. */
export type ModelFailure =
  /** Busy, away, too slow: may go well in a moment. */
  | 'unavailable'
  /** It refuses the request or the key: trying again changes nothing. */
  | 'refused'
  /** It declined to answer this conversation. */
  | 'declined'
  /** OPENAI_API_KEY is not set. */
  | 'not_configured';

/** The model gave no answer. The message is for the log; it holds no content and reaches no customer. */
export class ModelError extends Error {
  override readonly name = 'ModelError';

  constructor(
    readonly failure: ModelFailure,
    message: string,
    /** Whether it may have cost tokens all the same. */
    readonly mayHaveCost = false,
  ) {
    super(message);
  }
}
