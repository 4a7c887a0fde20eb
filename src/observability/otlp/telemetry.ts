import type { Attributes } from '@opentelemetry/api';

/** Where telemetry goes. Names and values are OpenTelemetry's own. */
export interface TelemetrySettings {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector, without `/v1/traces`. */
  endpoint: string;
  /** `OTEL_EXPORTER_OTLP_HEADERS`. */
  headers: Record<string, string>;
  /** `OTEL_SERVICE_NAME`. */
  serviceName: string;
  /** `OTEL_TRACES_SAMPLER_ARG`: the share of traces that is kept, 0 to 1. Decided by the trace's id: all processes agree. */
  share: number;
  /** `OTEL_METRIC_EXPORT_INTERVAL`, in milliseconds. */
  metricsEveryMs: number;
  /** `api`, `worker` or `all`. */
  role: string;
}

/** A piece of work that is over. */
export interface DoneWork {
  /** What it is called in a trace: one of a few names, never a person's or a message's. */
  name: string;
  /** Id of the delivery, or of the DM a person wrote, that it was done for. */
  subjectId: string;
  /** It began the trace: everything else of the subject stands beneath it. */
  isFirst?: boolean;
  kind?: 'server' | 'client' | 'internal';
  /** Milliseconds since the epoch, fractions allowed ({@link epochMs}). */
  startedAt: number;
  endedAt?: number;
  /** Ids of ours, counts and codes. No text, name or id of a customer. */
  attributes?: Attributes;
  /** It failed: a code or a class name. */
  error?: string;
}

/** What sends telemetry on; loaded by a process that is configured for it alone. */
export interface TelemetryExporter {
  record(work: DoneWork & { endedAt: number }): void;
  stop(): Promise<void>;
}

/** Traces and metrics for a collector. Off, as it is unless it is configured, it costs a comparison. */
class Telemetry {
  private exporter?: TelemetryExporter;

  /** Whether anything that is recorded goes anywhere: ask before work is done for a span alone. */
  get isOn(): boolean {
    return this.exporter !== undefined;
  }

  start(exporter: TelemetryExporter): void {
    this.exporter = exporter;
  }

  /** Notes work that is over, in the trace of its subject. */
  record(work: DoneWork): void {
    this.exporter?.record({ endedAt: epochMs(), ...work });
  }

  /** Sends what is left. */
  async stop(): Promise<void> {
    const { exporter } = this;
    this.exporter = undefined;
    await exporter?.stop();
  }
}

/** This process's. */
export const telemetry = new Telemetry();

/** Now, in milliseconds since the epoch, as precise as the machine can tell it. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}
