import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public, TokenService } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { ApiErrors, ForbiddenError, UnauthenticatedError } from '../errors/index.js';
import { registry, ScrapeSources } from '../observability/index.js';

@ApiTags('Health')
@Controller()
export class MetricsController {
  constructor(
    private readonly config: AppConfig,
    private readonly tokens: TokenService,
    private readonly sources: ScrapeSources,
  ) {}

  @Public() // checked below: Prometheus has METRICS_TOKEN, which is no JWT
  @Get('metrics')
  @ApiBearerAuth()
  @ApiSecurity({})
  @ApiOperation({
    summary: 'Figures for Prometheus',
    description: 'In production with the token of an admin or `METRICS_TOKEN` as Bearer; open elsewhere.',
  })
  @ApiResponse({
    status: 200,
    description: 'Prometheus text format.',
    content: {
      'text/plain': { schema: { type: 'string' }, example: 'dm_webhook_deliveries_total{outcome="accepted"} 42' },
    },
  })
  @ApiErrors(401, 403)
  async scrape(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    if (this.config.isProduction) await this.assertMayRead(authorization);
    await this.sources.refresh();
    void reply.type(registry.contentType);
    return registry.metrics();
  }

  private async assertMayRead(authorization = ''): Promise<void> {
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new UnauthenticatedError('Metrics need an Authorization: Bearer token.');
    const expected = this.config.METRICS_TOKEN?.reveal();
    if (expected !== undefined && isSame(token, expected)) return;
    const { role } = await this.tokens.verify(token);
    if (role !== 'admin') throw new ForbiddenError('Metrics are for the role admin.');
  }
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
