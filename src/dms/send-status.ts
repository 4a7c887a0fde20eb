/**
 * Of an outbound DM: `queued` → `sending` → `sent` | `failed` | `unconfirmed`. `unconfirmed` means Meta may have
 * delivered it and we could not find out; it is never sent again without an operator's word.
 */
export const sendStatuses = ['queued', 'sending', 'sent', 'failed', 'unconfirmed'] as const;
export type SendStatus = (typeof sendStatuses)[number];

/** Why a `queued` DM is not going out right now. */
export const heldReasons = [
  'earlier_send_open',
  'account',
  'sends_paused',
  'rate_limit',
  'meta_limit',
  'circuit_open',
  'retry',
  'unavailable',
] as const;
export type HeldReason = (typeof heldReasons)[number];

/** Of sends that a person may have to see to. */
export const openOrFailed = ['queued', 'sending', 'unconfirmed', 'failed'] as const satisfies readonly SendStatus[];
