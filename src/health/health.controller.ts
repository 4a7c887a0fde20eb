import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, WithoutAddressLimit } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { HealthResponse, LivenessResponse } from './health.dto.js';
import { HealthService } from './health.service.js';

/**
 * Open to load balancers and probes: it names parts and says nothing of versions or addresses. Not limited: a probe that is
 * refused takes a healthy process out of service, and all who ask share one answer a second.
 */
@WithoutAddressLimit()
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly config: AppConfig,
  ) {}

  @Public()
  @Get()
  @ApiOperation({ summary: 'Is the service well', description: '503 names the part that is not.' })
  @ApiOkResponse({ type: HealthResponse })
  @ApiResponse({ status: 503, type: HealthResponse, description: 'A part is away, or the process is stopping.' })
  async report(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthResponse> {
    const report = await this.health.check();
    if (report.status !== 'healthy') void reply.status(503);
    return report;
  }

  @Public()
  @Get('live')
  @ApiOperation({ summary: 'Does the process run', description: 'Asks nobody else: restarting helps no broken store.' })
  @ApiOkResponse({ type: LivenessResponse })
  live(): LivenessResponse {
    return { status: 'alive' };
  }

  @Public()
  @Get('ready')
  @ApiOperation({
    summary: 'May it be given work',
    description:
      '503 while MongoDB is away and while it stops. Without Redis the API still takes deliveries; a worker has no work.',
  })
  @ApiOkResponse({ type: HealthResponse })
  @ApiResponse({ status: 503, type: HealthResponse, description: 'Send nothing here now.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthResponse> {
    const report = await this.health.check();
    const takesDeliveries = report.status === 'degraded' && this.config.carriesApi;
    if (report.status !== 'healthy' && !takesDeliveries) void reply.status(503);
    return report;
  }
}
