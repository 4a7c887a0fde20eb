import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { type MetricType, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client';

type Found = MetricObjectWithValues<MetricValue<string> & { metricName?: string }>;

/** What `/metrics` shows, for OTLP: one set of figures, however they are fetched. */
export class RegistryMetrics implements MetricProducer {
  private readonly startTime = hrTimeOf(Date.now());

  constructor(
    private readonly registry: Registry,
    /** Makes figures that are read when they are asked for. */
    private readonly refresh: () => Promise<void>,
  ) {}

  async collect(): Promise<CollectionResult> {
    await this.refresh();
    const endTime = hrTimeOf(Date.now());
    const found = (await this.registry.getMetricsAsJSON()) as unknown as Found[];
    const metrics = found.flatMap((metric) => metricData(metric, { startTime: this.startTime, endTime }) ?? []);
    const scopeMetrics = [{ scope: { name: 'instagram-dm-backend' }, metrics }];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

interface Span {
  startTime: HrTime;
  endTime: HrTime;
}

/** @returns `undefined` for a kind that we have none of */
function metricData(metric: Found, span: Span): MetricData | undefined {
  const { name, help: description } = metric;
  const base = {
    descriptor: { name, description, unit: name.endsWith('_seconds') ? 's' : '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  // A metric's JSON says its type by name, as Prometheus does.
  switch (metric.type as unknown as `${Lowercase<keyof typeof MetricType>}`) {
    case 'counter':
      return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points(metric, span) };
    case 'gauge':
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: points(metric, span) };
    case 'histogram':
      return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(metric, span) };
    default:
      return undefined;
  }
}

function points({ values }: Found, span: Span) {
  return values.map(({ value, labels }) => ({ ...span, value, attributes: { ...labels } }));
}

interface Gathered {
  attributes: Attributes;
  boundaries: number[];
  /** So many lay at or below each boundary; the last of all. */
  cumulative: number[];
  sum: number;
  count: number;
}

/** Prometheus counts what lies below each boundary, OTLP what lies between them. */
function histograms({ values, name }: Found, span: Span) {
  const series = new Map<string, Gathered>();
  for (const { value, labels, metricName } of values) {
    const { le, ...attributes } = labels as Record<string, string | number>;
    const key = JSON.stringify(attributes);
    const one = series.get(key) ?? { attributes, boundaries: [], cumulative: [], sum: 0, count: 0 };
    series.set(key, one);
    if (metricName === `${name}_sum`) one.sum = value;
    else if (metricName === `${name}_count`) one.count = value;
    else if (le !== '+Inf') {
      one.boundaries.push(Number(le));
      one.cumulative.push(value);
    }
  }
  return [...series.values()].map(({ attributes, boundaries, cumulative, sum, count }) => {
    const counts = [...cumulative, count].map((upTo, index) => upTo - (cumulative[index - 1] ?? 0));
    return { ...span, attributes, value: { buckets: { boundaries, counts }, sum, count } };
  });
}

function hrTimeOf(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)];
}
