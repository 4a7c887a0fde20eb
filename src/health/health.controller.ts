import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/index.js';
import { HealthView, LivenessView } from './health.dto.js';
import { HealthService } from './health.service.js';

/** Open to load balancers and probes: it names parts and says nothing of versions or addresses. */
@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Public()
  @Get()
  @ApiOperation({ summary: 'Is the service well', description: '503 names the part that is not.' })
  @ApiOkResponse({ type: HealthView, description: 'Healthy, or degraded: Redis is away, deliveries are still taken.' })
  @ApiResponse({ status: 503, type: HealthView, description: 'MongoDB is away, or the process is stopping.' })
  async report(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthView> {
    const report = await this.health.check();
    if (report.status === 'unhealthy' || report.status === 'stopping') void reply.status(503);
    return report;
  }

  @Public()
  @Get('live')
  @ApiOperation({ summary: 'Does the process run', description: 'Asks nobody else: restarting helps no broken store.' })
  @ApiOkResponse({ type: LivenessView })
  live(): LivenessView {
    return { status: 'alive' };
  }

  @Public()
  @Get('ready')
  @ApiOperation({ summary: 'May it be given work', description: '503 while MongoDB is away and while it stops.' })
  @ApiOkResponse({ type: HealthView })
  @ApiResponse({ status: 503, type: HealthView, description: 'Send nothing here now.' })
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthView> {
    return this.report(reply);
  }
}
