export {
  createPino,
  currentRequest,
  enterLogContext,
  leaveLogContext,
  NestPinoLogger,
  withLogContext,
  type LogContext,
} from './logger.js';
export { metrics, registry } from './metrics.js';
export { ObservabilityModule } from './observability.module.js';
export { traceIdsOf } from './otlp/trace-ids.js';
export { epochMs, telemetry } from './otlp/telemetry.js';
export { redact, redactText } from './redaction.js';
export { ScrapeSourcesService } from './scrape-sources.service.js';
