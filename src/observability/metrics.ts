import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Everything this process measures. One registry a process; `/metrics` prints it, `deploy/` names the series. */
export const registry = new Registry();

collectDefaultMetrics({ register: registry });

const registers = [registry];
const secondsFast = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const secondsSlow = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120];

export const metrics = {
  httpRequests: new Histogram({
    name: 'dm_http_request_duration_seconds',
    help: 'HTTP requests by route pattern, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: secondsFast,
    registers,
  }),
  webhookDeliveries: new Counter({
    name: 'dm_webhook_deliveries_total',
    help: 'Deliveries at Meta’s door by outcome (accepted, test, empty, ignored, kept, parked, invalid, unknown_account, bad_signature, overloaded, unavailable)',
    labelNames: ['outcome'],
    registers,
  }),
  webhookSignatures: new Counter({
    name: 'dm_webhook_signatures_total',
    help: 'Verified signatures by the app secret that matched (current, or previous: one in APP_SECRET_PREVIOUS)',
    labelNames: ['secret'],
    registers,
  }),
  webhookEvents: new Counter({
    name: 'dm_webhook_events_total',
    help: 'Webhook events by kind as they are stored',
    labelNames: ['kind'],
    registers,
  }),
  intakeBatch: new Histogram({
    name: 'dm_intake_batch_size',
    help: 'Deliveries that shared one write',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
    registers,
  }),
  storeLag: new Histogram({
    name: 'dm_store_lag_seconds',
    help: 'From a delivery’s 200 to its events being stored',
    buckets: secondsFast,
    registers,
  }),
  jobs: new Histogram({
    name: 'dm_job_duration_seconds',
    help: 'Jobs by name and outcome (done, failed)',
    labelNames: ['job', 'outcome'],
    buckets: secondsFast,
    registers,
  }),
  queueJobs: new Gauge({
    name: 'dm_queue_jobs',
    help: 'Jobs in a queue by state (waiting, active, delayed, failed)',
    labelNames: ['queue', 'state'],
    registers,
  }),
  queueAge: new Gauge({
    name: 'dm_queue_oldest_seconds',
    help: 'Age of the oldest waiting job',
    labelNames: ['queue'],
    registers,
  }),
  backlog: new Gauge({
    name: 'dm_backlog',
    help: 'Work that MongoDB holds and nobody has done yet (deliveries, unanswered, queued_sends, unconfirmed, dead_letters)',
    labelNames: ['kind'],
    registers,
  }),
  partUp: new Gauge({
    name: 'dm_part_up',
    help: 'Whether a part does what it is there for: mongodb and redis take writes, deliveries are stored',
    labelNames: ['part'],
    registers,
  }),
  scrapeFailures: new Counter({
    name: 'dm_scrape_failures_total',
    help: 'Gauges that could not be read when they were asked for, by source',
    labelNames: ['source'],
    registers,
  }),
  swept: new Counter({
    name: 'dm_swept_total',
    help: 'Work the sweeper enqueued because its job was lost',
    labelNames: ['kind'],
    registers,
  }),
  graphCalls: new Histogram({
    name: 'dm_graph_call_duration_seconds',
    help: 'Graph API calls by host, route and outcome (ok, or Meta’s error code, or no_answer)',
    labelNames: ['host', 'route', 'code'],
    buckets: secondsFast,
    registers,
  }),
  graphUsage: new Gauge({
    name: 'dm_graph_usage_percent',
    help: 'Highest figure of Meta’s usage headers by account',
    labelNames: ['account_id'],
    registers,
  }),
  sends: new Counter({
    name: 'dm_sends_total',
    help: 'Outbound DMs by source and outcome (sent, failed, unconfirmed, retried, held, superseded)',
    labelNames: ['source', 'outcome'],
    registers,
  }),
  breaker: new Gauge({
    name: 'dm_circuit_open',
    help: '1 while the circuit of a host and account is open',
    labelNames: ['host'],
    registers,
  }),
  tokensExpiring: new Gauge({
    name: 'dm_tokens_expiring',
    help: 'Accounts whose token ends within so many days, or has ended (0)',
    labelNames: ['within_days'],
    registers,
  }),
  accounts: new Gauge({ name: 'dm_accounts', help: 'Accounts by status', labelNames: ['status'], registers }),
  alerts: new Counter({ name: 'dm_alerts_total', help: 'Alerts raised by kind', labelNames: ['kind'], registers }),
  agentReplies: new Histogram({
    name: 'dm_agent_reply_seconds',
    help: 'From the last message of a burst to the reply being queued, by outcome',
    labelNames: ['outcome'],
    buckets: secondsSlow,
    registers,
  }),
  agentModel: new Histogram({
    name: 'dm_agent_model_seconds',
    help: 'Calls to the model by outcome',
    labelNames: ['outcome'],
    buckets: secondsSlow,
    registers,
  }),
  agentTokens: new Counter({
    name: 'dm_agent_tokens_total',
    help: 'Tokens used by the agent by model and direction (input, output)',
    labelNames: ['direction', 'model'],
    registers,
  }),
  agentSkips: new Counter({
    name: 'dm_agent_skips_total',
    help: 'Messages the agent did not answer, by reason',
    labelNames: ['reason'],
    registers,
  }),
  agentToolCalls: new Counter({
    name: 'dm_agent_tool_calls_total',
    help: 'What the agent wanted to look up, by what came of it (done, failed, known, refused)',
    labelNames: ['outcome'],
    registers,
  }),
  agentActions: new Counter({
    name: 'dm_agent_actions_total',
    help: 'Actions that were carried out, by what came of it (done, failed, unknown)',
    labelNames: ['state'],
    registers,
  }),
  endpoints: new Gauge({
    name: 'dm_webhook_endpoints',
    help: 'Webhook endpoints of tenants by state (working, failing, disabled)',
    labelNames: ['state'],
    registers,
  }),
  endpointMessages: new Counter({
    name: 'dm_endpoint_messages_total',
    help: 'What webhook endpoints are to be told, by event',
    labelNames: ['event'],
    registers,
  }),
  endpointAttempts: new Histogram({
    name: 'dm_endpoint_attempt_duration_seconds',
    help: 'POSTs to webhook endpoints by result (taken, refused, no_answer)',
    labelNames: ['result'],
    buckets: secondsSlow,
    registers,
  }),
  relayLag: new Gauge({
    name: 'dm_endpoint_relay_lag_seconds',
    help: 'How far behind the store webhook endpoints are told of it; 0 without endpoints',
    registers,
  }),
} as const;

// What `deploy/` alarms on at the first time is there from the start: Prometheus sees no increase in a series that
// begins at one. The kinds of alerts begin in their own room.
for (const outcome of ['accepted', 'parked', 'bad_signature', 'overloaded', 'unavailable'])
  metrics.webhookDeliveries.inc({ outcome }, 0);
metrics.webhookSignatures.inc({ secret: 'previous' }, 0);
