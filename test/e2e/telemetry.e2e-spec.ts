import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(60_000);
const services = useServices();

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}

let collector: Server;
let scene: AgentScene;
const bodies: { path: string; token: unknown; text: string }[] = [];

const spans = (): Span[] =>
  bodies
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(
      ({ text: body }) => (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans,
    )
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
const attribute = ({ attributes }: Span, key: string): unknown =>
  Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];

beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push({ path: request.url ?? '', token: request.headers['x-token'], text: body });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-token=a%20secret',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
  };
  scene = await startAgentScene({ services, env });
});
afterAll(async () => {
  await scene?.stop();
  collector?.closeAllConnections();
  collector?.close();
});

it('a DM is one trace from the door to the reply, found by its delivery’s id, and says nothing of the customer', async () => {
  const customer = scene.newCustomer('Tessa Traced');
  customer.sendText('Do you have the blue vase?');
  await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
  const [asked] = await scene.dmsOf(customer);
  const answer = (await scene.dmsOf(customer)).find(({ direction }) => direction === 'outbound');

  const trace = await eventually(() => {
    const send = spans().find((span) => attribute(span, 'dm.id') === String(answer?._id));
    const found = spans().filter(({ traceId }) => traceId === send?.traceId);
    expect(found.map(({ name }) => name).sort()).toEqual(['answer', 'receive delivery', 'send', 'store delivery']);
    return found;
  });
  const root = trace.find(({ name }) => name === 'receive delivery') as Span;
  expect(root.parentSpanId ?? '').toBe('');
  for (const span of trace) if (span !== root) expect(span.parentSpanId).toBe(root.spanId);
  for (const { startTimeUnixNano: from, endTimeUnixNano: to } of trace)
    expect(BigInt(to)).toBeGreaterThanOrEqual(BigInt(from));

  const admin = await scene.app.call({ userId: 'admin', role: 'admin' });
  const { body } = await admin.get(`/admin/deliveries/${String(attribute(root, 'dm.subject_id'))}`).expect(200);
  expect(body.data).toMatchObject({ trace_id: root.traceId });

  const said = bodies.filter(({ path }) => path === '/v1/traces').map(({ text: sent }) => sent);
  for (const word of ['blue vase', 'Tessa', customer.id, asked?.text ?? '']) expect(said.join()).not.toContain(word);
  expect(new Set(bodies.map(({ token }) => token))).toEqual(new Set(['a secret']));
  expect(scene.app.logs.join('')).not.toContain('a secret');
});

it('what /metrics shows is exported, too', async () => {
  await eventually(() => {
    const exported = bodies.filter(({ path }) => path === '/v1/metrics').at(-1)?.text ?? '';
    for (const name of ['dm_webhook_deliveries_total', 'dm_store_lag_seconds', 'dm_queue_jobs'])
      expect(exported).toContain(name);
  });
});
