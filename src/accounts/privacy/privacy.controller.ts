import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import {
  DataDeletionResponse,
  DataDeletionStatusResponse,
  DeauthorizeResponse,
  SignedRequestDto,
} from './privacy.dto.js';
import { PrivacyService } from './privacy.service.js';
import { answersWithPage, statusOf, statusPage } from './status-page.js';

@ApiTags('Meta callbacks')
@Controller('meta')
export class PrivacyController {
  constructor(private readonly privacy: PrivacyService) {}

  /** Meta calls it without a token of ours: the signature over signed_request stands in. */
  @Public()
  @Post('deauthorize')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Meta: a person removed the app',
    description: 'Wipes their accounts’ tokens, stops sending.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: SignedRequestDto })
  @ApiOkResponse({ type: DeauthorizeResponse })
  @ApiErrors(403, 413, 415, 429, 503)
  async deauthorize(@Body() body: unknown): Promise<DeauthorizeResponse> {
    await this.privacy.deauthorize(signedRequestIn(body));
    return { success: true };
  }

  /** As above. */
  @Public()
  @Post('data-deletion')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Meta: a person asks for their data to be deleted',
    description: 'Answers in the form Meta asks for. The deletion runs by itself; `url` shows how far it is.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: SignedRequestDto })
  @ApiOkResponse({ type: DataDeletionResponse })
  @ApiErrors(403, 413, 415, 429, 503)
  async requestDeletion(@Body() body: unknown): Promise<DataDeletionResponse> {
    return this.privacy.requestDeletion(signedRequestIn(body));
  }

  /** Open to whoever has the code, which can't be guessed; it tells figures, nothing of the person. */
  @Public()
  @Get('data-deletion/:code')
  @ApiOperation({ summary: 'How far a deletion is', description: 'A page in a browser, JSON for everything else.' })
  @ApiParam({ name: 'code', example: '0123456789abcdef0123456789abcdef' })
  @ApiOkResponse({ type: DataDeletionStatusResponse })
  @ApiErrors(404, 429, 503)
  async status(@Param('code') code: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const status = statusOf(await this.privacy.getErasure(code));
    void reply.header('cache-control', 'no-store');
    if (answersWithPage(request.headers.accept)) void reply.type('text/html; charset=utf-8').send(statusPage(status));
    else void reply.send({ success: true, data: status });
  }
}

function signedRequestIn(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'signed_request' in body ? body.signed_request : undefined;
}
