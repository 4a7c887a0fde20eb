/** A server could not be found, fetched or started. The message is a sentence for a person, with what to do about it. */
export class EmbeddedServiceError extends Error {
  override readonly name = 'EmbeddedServiceError';
}
