import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public, RefusedTokensService, TokenService } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { ApiErrors, ForbiddenError, UnauthenticatedError } from '../errors/index.js';
import { registry, ScrapeSourcesService } from '../observability/index.js';

@ApiTags('Health')
@Controller()
export class MetricsController {
  constructor(
    private readonly config: AppConfig,
    private readonly tokens: TokenService,
    private readonly refused: RefusedTokensService,
    private readonly sources: ScrapeSourcesService,
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
  @ApiErrors(401, 403, 429)
  async scrape(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (this.config.isProduction) await this.assertMayRead(request);
    await this.sources.refresh();
    void reply.type(registry.contentType);
    return registry.metrics();
  }

  private async assertMayRead({ headers, ip }: FastifyRequest): Promise<void> {
    const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) throw new UnauthenticatedError('Metrics need an Authorization: Bearer token.');
    if (this.config.METRICS_TOKEN?.isSame(token)) return;
    const { role } = await this.refused.counting(ip, () => this.tokens.verify(token));
    if (role !== 'admin') throw new ForbiddenError('Metrics are for the role admin.');
  }
}
