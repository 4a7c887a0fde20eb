/** Ids of things that are there, so that fuzzed requests reach more than "not found". */
export interface KnownIds {
  accounts: string[];
  dms: string[];
  conversations: string[];
  people: string[];
  comments: string[];
  deliveries: string[];
}

export interface FuzzPlan {
  known: KnownIds;
  short: boolean;
  seed: number;
}

/** Which of the known ids a path's `{id}` is. */
const paths: { pattern: string; parameter: string; ids: keyof KnownIds }[] = [
  { pattern: '^/accounts/\\{id\\}', parameter: 'path.id', ids: 'accounts' },
  { pattern: '^/accounts/\\{id\\}/profiles', parameter: 'path.igsid', ids: 'people' },
  { pattern: '^/(instagram-dms|messages)/\\{id\\}', parameter: 'path.id', ids: 'dms' },
  { pattern: '^/inbox/conversations/\\{id\\}', parameter: 'path.id', ids: 'conversations' },
  { pattern: '^/admin/deliveries/\\{id\\}', parameter: 'path.id', ids: 'deliveries' },
  { pattern: '^/agent/(settings|knowledge|tools|usage)', parameter: 'path.account_id', ids: 'accounts' },
  { pattern: '^/agent/runs', parameter: 'path.dm_id', ids: 'dms' },
];

/** Routes that refuse with 400 what no schema can tell from the right thing, each with what that is. */
const refusals: Record<string, string> = {
  'a cursor is what an earlier answer gave':
    '^/(instagram-dms/list|messages/list|inbox/(conversations|comments|blocklist)|admin/dead-letters|admin/audit-log|audit-log)$',
  'so is that of messages': '^/inbox/conversations/\\{id\\}/messages(/search)?$',
  'work goes to somebody who is there, and is put off into the future': '^/inbox/conversations/\\{id\\}$',
  'a text asks for what is known, of an account or for a conversation': '^/inbox/canned-replies',
  'a token is what Meta says it is': '^/accounts$',
  'a state is one of ours, and works once': '^/accounts/oauth/\\{login\\}/callback$',
  'a public address is one outside of inner networks': '^/(instagram-dms|messages)/send$',
  'a page is replayed by one filter at least, and from an id of its list': '^/admin/(dead-letters|deliveries)/replay$',
  'a time zone is one that is known': '^/(agent/settings/\\{account_id\\}|agent/preview|user-settings)$',
  'a customer is erased or exported, or a tenant': '^/privacy/(erasures|exports)$',
  'a link is one of ours, and works once': '^/(auth/(first-admin|invites/accept)|staff/invites/\\{id\\})$',
  'an address is one that mail could reach': '^/staff/invites$',
  'a kind of knowledge has fields of its own, its days an order, and a file is one that can be read':
    '^/agent/knowledge/',
  'a tool’s parameters are a part of JSON Schema, its address has placeholders, and it has a name': '^/agent/tools/',
  'an endpoint’s address is one that may be posted to, and ten are the most': '^/webhook-endpoints',
  'an account’s actions are those of one that is there': '^/agent/actions$',
  'days have an order, and there are 93 at most': '^/agent/usage/',
  'days have an order, and there are 366 at most': '^/messages/costs$',
  'an end is a time to come': '^/api-keys$',
  'a list is a tenant’s, whom an admin without accounts has to name': '^/inbox/blocklist/\\{id\\}$',
  'templates are WhatsApp’s, and each has a body': '^/messages/templates$',
};

/** Fields and query parameters that mean the same wherever they stand. */
const everywhere: Record<string, keyof KnownIds> = {
  'query.platform_account_id': 'accounts',
  'body.platform_account_id': 'accounts',
  'query.account_id': 'accounts',
  'body.account_id': 'accounts',
  'body.recipient_id': 'people',
  'body.comment_id': 'comments',
};

/** What schemathesis is to do, in its own words (TOML). Every check it has is on. */
export function fuzzConfig({ known, short, seed }: FuzzPlan): string {
  const quote = (value: string): string => JSON.stringify(value);
  const binding = (ids: string): string => `{ dictionary = ${quote(ids)}, probability = 0.5 }`;
  const lines = [
    `seed = ${seed}`,
    // Python 3.11 may fail with “AST constructor recursion depth mismatch” when two threads parse at once.
    'workers = 1',
    'continue-on-failure = true',
    'request-timeout = 30',
    // A redirect is an answer to be checked; where it leads is another server.
    'max-redirects = 0',
    '',
    '[headers]',
    'Authorization = "Bearer ${FUZZ_TOKEN}"',
    '',
    // Meta's and OpenAI's refusals are passed on as 502; of our own there must be none.
    '[checks.not_a_server_error]',
    'expected-statuses = ["2xx", "3xx", "4xx", 502]',
    '',
    // The default, and what is said of a body or an address that is too long.
    '[checks.negative_data_rejection]',
    'expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, 431]',
    '',
    '[generation]',
    'deterministic = true',
    `max-examples = ${short ? 8 : 60}`,
    'database = "none"',
    '',
    '[phases.stateful]',
    `enabled = true`,
    `generation = { max-examples = ${short ? 10 : 60} }`,
    ...Object.entries(known).flatMap(([name, ids]: [string, string[]]) => [
      '',
      `[dictionaries.${name}]`,
      `values = [${ids.map(quote).join(', ')}]`,
    ]),
    '',
    '[parameters]',
    ...Object.entries(everywhere).map(([name, ids]) => `${quote(name)} = ${binding(ids)}`),
    ...paths.flatMap(({ pattern, parameter, ids }) => [
      '',
      '[[operations]]',
      `include-path-regex = ${quote(pattern)}`,
      `parameters = { ${quote(parameter)} = ${binding(ids)} }`,
    ]),
    ...Object.entries(refusals).flatMap(([reason, pattern]) => [
      '',
      `# ${reason}`,
      '[[operations]]',
      `include-path-regex = ${quote(pattern)}`,
      'checks = { positive_data_acceptance = { expected-statuses = ["2xx", "3xx", 400, 401, 403, 404, 409, 415, 429, 502] } }',
    ]),
    '',
    // Server-sent events have no end: a client that waits for the answer waits until the connection is cut.
    '[[operations]]',
    'include-name = "GET /inbox/stream"',
    'enabled = false',
  ];
  return `${lines.join('\n')}\n`;
}
