import type { Conversation } from '../../conversations/index.js';
import type { OutboundBody } from '../dm.schema.js';

export const optOutSentence = 'The customer wants no marketing messages. Others can be sent.';

/** Whether a message is marketing to somebody who wants none: of these, templates alone are marked as such. */
export function isUnwanted(
  { template }: Pick<OutboundBody, 'template'>,
  conversation: Pick<Conversation, 'marketing'> | null,
): boolean {
  return template !== undefined && /^MARKETING/.test(template.category ?? '') && conversation?.marketing?.opted_out === true; // prettier-ignore
}
