/** What a look at one part found, as a sentence for whoever sets the server up. */
export interface Finding {
  part: string;
  /** `failed` keeps the server from doing its work; `weak` will cost something one day; `skipped` is not configured. */
  state: 'ok' | 'weak' | 'failed' | 'skipped';
  /** What is so and, where it is not well, what to do. Never a secret. */
  text: string;
}

const marks = { ok: 'ok     ', weak: 'WEAK   ', failed: 'FAILED ', skipped: 'skipped' } as const;

export const lineOf = ({ part, state, text }: Finding): string => `${marks[state]}  ${part}: ${text}`;

/** A failure's words without addresses that hold a password. */
export function reasonOf(error: unknown): string {
  const { cause, message, code } = error as { cause?: unknown; message?: string; code?: unknown };
  if (cause instanceof Error) return reasonOf(cause);
  return (message || String(code ?? error)).replace(/\/\/[^/\s@]*@/g, '//');
}
