import { randomBytes } from 'node:crypto';

/** What Meta says when it refuses, as its `error` object. */
export interface GraphRefusal {
  status: number;
  message: string;
  code: number;
  subcode?: number;
  type?: string;
  isTransient?: boolean;
  /** WhatsApp says in `error_data` what it means. */
  details?: string;
}

/** Refuses a call in Meta's words. */
export class GraphError extends Error {
  constructor(readonly refusal: GraphRefusal) {
    super(refusal.message);
    this.name = 'GraphError';
  }
}

/** The body of a refusal. */
export function errorBody({ message, type, code, subcode, isTransient, details }: GraphRefusal): object {
  return {
    error: {
      message,
      type: type ?? 'OAuthException',
      code,
      ...(subcode !== undefined && { error_subcode: subcode }),
      ...(isTransient && { is_transient: true }),
      ...(details !== undefined && { error_data: { messaging_product: 'whatsapp', details } }),
      fbtrace_id: `A${randomBytes(8).toString('base64url')}`,
    },
  };
}

/** Meta's refusals by what they mean. HTTP statuses as seen in the wild; Meta documents few of them. */
export const GRAPH_ERRORS = {
  app_rate_limit: { status: 403, message: '(#4) Application request limit reached', code: 4 },
  user_rate_limit: { status: 400, message: '(#17) User request limit reached', code: 17 },
  page_rate_limit: { status: 403, message: '(#32) Page request limit reached', code: 32 },
  rate_limit: {
    status: 400,
    message: 'Calls to this api have exceeded the rate limit.',
    code: 613,
    subcode: 2534040,
  },
  account_rate_limit: {
    status: 400,
    message: 'There have been too many calls to this Instagram account. Wait a bit and try again.',
    code: 80002,
  },
  messaging_rate_limit: {
    status: 400,
    message: 'There have been too many calls to this account. Wait a bit and try again.',
    code: 80006,
  },
  transient: {
    status: 503,
    message: 'An unexpected error has occurred. Please retry your request later.',
    code: 2,
    subcode: 1545133,
    isTransient: true,
  },
  sent_but_error: { status: 500, message: 'Received invalid JSON reply.', code: 1, subcode: 1357046 },
  window_closed: {
    status: 400,
    message: 'This message is sent outside of allowed window.',
    code: 10,
    subcode: 2534022,
  },
  page_window_closed: {
    status: 403,
    message: '(#10) This message is sent outside of allowed window.',
    code: 10,
    subcode: 2018278,
  },
  no_permission: { status: 403, message: '(#10) Application does not have permission for this action', code: 10 },
  account_restricted: { status: 403, message: '(#10) The account is restricted', code: 10, subcode: 1893063 },
  no_user: { status: 400, message: 'No matching Instagram user', code: 100, subcode: 2534014 },
  no_page_user: { status: 400, message: '(#100) No matching user found', code: 100, subcode: 2018001 },
  no_profile: {
    status: 400,
    message: '(#100) No profile available for this user.',
    code: 100,
    subcode: 2018218,
  },
  retired_tag: { status: 400, message: '(#100) Invalid parameter: this message tag is not supported', code: 100 },
  blocked_api: {
    status: 400,
    message: 'blocked from sending messages via the IG Messaging API',
    code: 100,
    subcode: 2534029,
  },
  bad_parameter: { status: 400, message: '(#100) Invalid parameter', code: 100 },
  token_unparseable: { status: 400, message: 'Invalid OAuth access token - Cannot parse access token', code: 190 },
  token_expired: {
    status: 400,
    message: 'Error validating access token: Session has expired.',
    code: 190,
    subcode: 463,
  },
  token_revoked: {
    status: 400,
    message: 'Error validating access token: The session has been invalidated because the user changed their password.',
    code: 190,
    subcode: 460,
  },
  session_invalid: { status: 401, message: 'Session key invalid or no longer valid', code: 102 },
  missing_scope: { status: 403, message: '(#200) Requires instagram_manage_messages permission', code: 200 },
  consent: {
    status: 500,
    message: 'User consent is required to access user profile',
    code: 230,
    type: 'IGApiException',
  },
  policy_block: {
    status: 400,
    message: 'The action attempted has been deemed abusive or is otherwise disallowed',
    code: 368,
  },
  unavailable: {
    status: 400,
    message: "This person isn't receiving messages from you right now.",
    code: 551,
    subcode: 1545041,
  },
} satisfies Record<string, GraphRefusal>;

export type GraphErrorName = keyof typeof GRAPH_ERRORS;

/** Throws one of Meta's known refusals. */
export function refuse(name: GraphErrorName): never {
  throw new GraphError(GRAPH_ERRORS[name]);
}

/** Throws `(#100)` with a sentence of its own. */
export function refuseParameter(sentence: string): never {
  throw new GraphError({ ...GRAPH_ERRORS.bad_parameter, message: `(#100) ${sentence}` });
}

/** Throws what Meta says of an id that doesn't exist, or not for this token. */
export function refuseUnknownObject(id: string, method: string): never {
  const sentence =
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to ` +
    'missing permissions, or does not support this operation. Please read the Graph API documentation at ' +
    'https://developers.facebook.com/docs/graph-api';
  throw new GraphError({ status: 400, message: sentence, type: 'GraphMethodException', code: 100, subcode: 33 });
}
