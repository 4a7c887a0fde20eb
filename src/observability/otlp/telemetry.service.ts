import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { ScrapeSourcesService } from '../scrape-sources.service.js';
import { telemetry } from './telemetry.js';

/** Starts telemetry with the process where `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and sends what is left at its end. */
@Injectable()
export class TelemetryService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(TelemetryService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly sources: ScrapeSourcesService,
  ) {}

  async onModuleInit(): Promise<void> {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers } = this.config;
    if (endpoint === undefined) return;
    // Not loaded where nobody wants it: it is some megabytes.
    const { OtlpExporter } = await import('./otlp-exporter.js');
    const settings = {
      endpoint,
      headers: headersOf(headers?.reveal() ?? ''),
      serviceName: this.config.OTEL_SERVICE_NAME,
      share: this.config.OTEL_TRACES_SAMPLER_ARG,
      metricsEveryMs: this.config.OTEL_METRIC_EXPORT_INTERVAL,
      role: this.config.ROLE,
    };
    telemetry.start(new OtlpExporter(settings, () => this.sources.refresh()));
    this.logger.log({ msg: 'telemetry goes to a collector', share_of_traces: settings.share });
  }

  async onApplicationShutdown(): Promise<void> {
    await telemetry.stop();
  }
}

/** `name=value` with commas between, as OpenTelemetry has it; values are percent-encoded. */
export function headersOf(setting: string): Record<string, string> {
  const pairs = setting.split(',').flatMap((pair): [string, string][] => {
    const [name = '', ...value] = pair.split('=');
    return name.trim() === '' || value.length === 0 ? [] : [[name.trim(), decodeURIComponent(value.join('=').trim())]];
  });
  return Object.fromEntries(pairs);
}
