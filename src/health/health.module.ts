import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../deliveries/index.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';
import { MetricsController } from './metrics.controller.js';
import { QueueGaugesService } from './queue-gauges.service.js';

@Module({ imports: [DeliveriesModule], providers: [HealthService], exports: [HealthService] })
export class HealthModule {}

/** Health and metrics are told in every role: a worker is watched by the same probes. */
@Module({
  imports: [HealthModule],
  controllers: [HealthController, MetricsController],
  providers: [QueueGaugesService],
})
export class HealthApiModule {}
