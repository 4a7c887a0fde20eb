/** Bytes go further than tokens in every script: a third of them is rather too many. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
