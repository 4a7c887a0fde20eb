import { DataPointType } from '@opentelemetry/sdk-metrics';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RegistryMetrics } from './registry-metrics.js';

it('tells a collector what /metrics tells Prometheus', async () => {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'sends_total', help: 'Sends', labelNames: ['outcome'], registers }).inc({ outcome: 'sent' }, 3);
  const waiting = new Gauge({ name: 'waiting', help: 'Waiting', registers });
  const lag = new Histogram({ name: 'lag_seconds', help: 'Lag', buckets: [0.1, 1], labelNames: ['role'], registers });
  for (const value of [0.05, 0.5, 0.7, 9]) lag.observe({ role: 'api' }, value);

  const refresh = (): Promise<void> => Promise.resolve(waiting.set(7));
  const { resourceMetrics, errors } = await new RegistryMetrics(registry, refresh).collect();

  expect(errors).toEqual([]);
  expect(resourceMetrics.scopeMetrics[0]?.metrics).toMatchObject([
    {
      descriptor: { name: 'sends_total' },
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [{ value: 3, attributes: { outcome: 'sent' } }],
    },
    { descriptor: { name: 'waiting' }, dataPointType: DataPointType.GAUGE, dataPoints: [{ value: 7 }] },
    {
      descriptor: { name: 'lag_seconds', unit: 's' },
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [
        {
          attributes: { role: 'api' },
          value: { buckets: { boundaries: [0.1, 1], counts: [1, 2, 1] }, sum: 10.25, count: 4 },
        },
      ],
    },
  ]);
});
