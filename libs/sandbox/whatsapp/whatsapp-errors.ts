import { GraphError } from '../graph/graph-error.js';
import type { GraphRefusal } from '../graph/graph-error.js';

const refusal = (code: number, title: string, details: string, status = 400): GraphRefusal => ({
  status,
  message: `(#${code}) ${title}`,
  code,
  details,
});

/** Refusals of the Cloud API by what they mean, in answers and in statuses alike. */
export const WHATSAPP_ERRORS = {
  something_wrong: refusal(131000, 'Something went wrong', 'Message failed to send due to an unknown error.', 500),
  access_denied: refusal(131005, 'Access denied', 'Permission is either not granted or has been removed.', 403),
  parameter_missing: refusal(131008, 'Required parameter is missing', 'Parameter value is missing.'),
  parameter_invalid: refusal(131009, 'Parameter value is not valid', 'Parameter value is not valid.'),
  service_unavailable: refusal(131016, 'Service unavailable', 'A service is temporarily unavailable.', 500),
  undeliverable: refusal(131026, 'Message undeliverable', 'Message Undeliverable.'),
  not_on_list: refusal(131030, 'Recipient phone number not in allowed list', 'Add recipient phone number to list.'),
  window_over: refusal(
    131047,
    'Re-engagement message',
    'More than 24 hours have passed since the customer last replied.',
  ),
  unsupported_type: refusal(131051, 'Unsupported message type', 'Message type is not currently supported.'),
  media_download: refusal(131053, 'Media upload error', 'The media could not be fetched from the link.'),
  pair_rate: refusal(
    131056,
    '(Business Account, Consumer Account) pair rate limit hit',
    'Too many messages to this number.',
  ),
  number_rate: refusal(130429, 'Rate limit hit', 'Cloud API message throughput has been reached.'),
  template_missing: refusal(132001, 'Template name does not exist in the translation', 'No such template.', 404),
  not_registered: refusal(133010, 'The account is not registered', 'Account not registered.'),
} satisfies Record<string, GraphRefusal>;

export type WhatsAppErrorName = keyof typeof WHATSAPP_ERRORS;

/** Throws one of them, with a sentence of its own where there is one. */
export function refuseWhatsApp(name: WhatsAppErrorName, details?: string): never {
  const known: GraphRefusal = WHATSAPP_ERRORS[name];
  throw new GraphError(details === undefined ? known : { ...known, details });
}
