import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Tracer } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  SamplingDecision,
  TracerProvider,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { registry } from '../metrics.js';
import { RegistryMetrics } from './registry-metrics.js';
import type { DoneWork, TelemetryExporter, TelemetrySettings } from './telemetry.js';
import { GivenIdGenerator, traceIdsOf } from './trace-ids.js';

const timeoutMs = 5_000;
const scope = 'instagram-dm-backend';
const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** Sends spans in batches, and all metrics now and then, to a collector by OTLP over HTTP. */
export class OtlpExporter implements TelemetryExporter {
  private readonly ids = new GivenIdGenerator();
  private readonly sampler: TraceIdRatioBasedSampler;
  private readonly tracer: Tracer;
  private readonly providers: { shutdown(): Promise<void> }[];

  /** @param refresh makes figures that are read when they are asked for */
  constructor(
    { endpoint, headers, serviceName, share, metricsEveryMs, role }: TelemetrySettings,
    refresh: () => Promise<void>,
  ) {
    const resource = resourceFromAttributes({ 'service.name': serviceName, 'dm.role': role });
    const to = (path: string) => ({ url: `${endpoint.replace(/\/$/, '')}${path}`, headers, timeoutMillis: timeoutMs });
    const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter(to('/v1/traces')) });
    const tracers = new TracerProvider({ resource, idGenerator: this.ids, spanProcessors: [processor] });
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter(to('/v1/metrics')),
      exportIntervalMillis: metricsEveryMs,
      exportTimeoutMillis: Math.min(timeoutMs, metricsEveryMs),
      metricProducers: [new RegistryMetrics(registry, refresh)],
    });
    this.sampler = new TraceIdRatioBasedSampler(share);
    this.tracer = tracers.getTracer(scope);
    this.providers = [tracers, new MeterProvider({ resource, readers: [reader] })];
  }

  record({ name, subjectId, isFirst = false, kind = 'internal', startedAt, endedAt, ...more }: DoneWork): void {
    const { traceId, rootSpanId } = traceIdsOf(subjectId);
    if (this.sampler.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.NOT_RECORD) return;
    const { attributes, error } = more;
    const begin = (context = ROOT_CONTEXT) =>
      this.tracer.startSpan(
        name,
        { kind: kinds[kind], startTime: startedAt, attributes: { 'dm.subject_id': subjectId, ...attributes } },
        context,
      );
    const first = { traceId, spanId: rootSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
    const span = isFirst
      ? this.ids.during({ traceId, rootSpanId }, begin)
      : begin(trace.setSpanContext(ROOT_CONTEXT, first));
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(endedAt);
  }

  /** A collector that is away does not hold the process up. */
  async stop(): Promise<void> {
    await Promise.allSettled(this.providers.map((provider) => provider.shutdown()));
  }
}
