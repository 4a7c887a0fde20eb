import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Caller, ForOwners, Public, type Principal } from '../../auth/index.js';
import { ActsOnGet } from '../../http/index.js';
import { ApiErrors } from '../../errors/index.js';
import { actingFor } from '../acting-for.js';
import { OAuthLoginParam, OAuthStartResponse, OAuthStartQuery } from './oauth.dto.js';
import { OAuthDoorService } from './oauth-door.service.js';
import { OAuthService } from './oauth.service.js';

@ApiTags('Accounts')
@Controller('accounts/oauth')
export class OAuthController {
  constructor(
    private readonly oauth: OAuthService,
    private readonly door: OAuthDoorService,
  ) {}

  @ForOwners()
  @Get(':login/start')
  @ActsOnGet('changes')
  @ApiOperation({
    summary: 'Begin connecting an account by clicking',
    description:
      'Call it with `fetch(…, {credentials: "include"})`, then send the browser to `data.url`. The answer sets a cookie ' +
      'that the way back is checked against, so the dialog must be finished in the same browser within ten minutes. ' +
      'With `redirect=true` the answer is a redirect instead.',
  })
  @ApiParam({ name: 'login', enum: ['instagram', 'facebook'] })
  @ApiOkResponse({ type: OAuthStartResponse })
  @ApiResponse({ status: 302, description: 'With `redirect=true`: to Meta’s dialog.' })
  @ApiErrors(400, 401, 403, 429, 503)
  async start(
    @Caller() caller: Principal,
    @Param() { login }: OAuthLoginParam,
    @Query() query: OAuthStartQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const userId = actingFor(caller, query.user_id);
    const start = await this.oauth.start(
      login,
      userId,
      { actor: caller.actor, role: caller.role },
      this.door.browserKeyOf(request),
    );
    this.door.answerStart(reply, start, query.redirect === 'true');
  }

  /** Meta sends the person's browser here, which has no token: the signed single-use state and the cookie stand in. */
  @Public()
  @Get(':login/callback')
  @ActsOnGet('changes')
  @ApiOperation({
    summary: 'The way back from Meta’s dialog',
    description:
      'For browsers. Ends at FRONTEND_URL with `instagram=connected&account_id=…` or `instagram=failed&code=…`, and a ' +
      '`message` to show; where FRONTEND_URL is not set, on a page that says it. Never carries a token.',
  })
  @ApiParam({ name: 'login', enum: ['instagram', 'facebook'] })
  @ApiQuery({ name: 'code', required: false, description: 'From Meta, when the person agreed.' })
  @ApiQuery({ name: 'state', required: false, description: 'From `start`, by way of Meta.' })
  @ApiQuery({ name: 'error', required: false, description: 'From Meta, when the person declined.' })
  @ApiResponse({
    status: 200,
    description: 'Connected, as a page.',
    content: { 'text/html': { schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 302, description: 'To FRONTEND_URL.' })
  @ApiResponse({
    status: 400,
    description: 'Not connected, as a page; or an unknown login.',
    content: { 'text/html': { schema: { type: 'string' } }, 'application/json': { schema: { type: 'object' } } },
  })
  @ApiErrors(429, 503)
  async callback(
    @Param() { login }: OAuthLoginParam,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const outcome = await this.oauth.finish(login, this.door.readReturn(request), this.door.browserKeyOf(request));
    this.door.answerReturn(reply, outcome);
  }
}
