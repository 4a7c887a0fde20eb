import { holdsSecret } from '../gate/secrets.js';
import type { ToolArguments } from './tool-parameters.js';

/** Names of what a customer proves who they are, or pays, with. */
const secretNames = /pass|pin|secret|token|api_?key|otp|cvc|cvv|iban|card|kennwort|contrase|senha/i;

/** Arguments as a person may read them afterwards: without secrets, and without what was left out. */
export function shownArguments(args: ToolArguments): ToolArguments {
  const given = Object.entries(args).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [name, secretNames.test(name) || holdsSecret(String(value)) ? '•••' : value]),
  );
}
