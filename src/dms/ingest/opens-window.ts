import type { DmEvent } from './reduce-dm.js';

/** Meta: a message, a postback, a story reply or a reaction is the customer's action; reading is not. */
export function opensWindow(event: DmEvent): boolean {
  if (event.opensWindow === false) return false;
  return (
    event.kind === 'message' || event.kind === 'postback' || (event.kind === 'reaction' && event.action === 'react')
  );
}
