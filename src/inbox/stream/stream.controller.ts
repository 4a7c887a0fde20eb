import { Controller, Get, Headers, HttpCode, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  Caller,
  CallerSession,
  CallerUntil,
  ForAnyone,
  Public,
  WithoutAddressLimit,
  type Principal,
} from '../../auth/index.js';
import { ActsOnGet } from '../../http/index.js';
import { ApiErrors } from '../../errors/index.js';
import { StreamTicketsService } from './stream-tickets.service.js';
import { DocumentsStream } from './stream.docs.js';
import { StreamQuery, StreamTicketResponse } from './stream.dto.js';
import { StreamGuard } from './stream.guard.js';
import { StreamService } from './stream.service.js';

@ApiTags('Inbox')
@Controller('inbox/stream')
export class StreamController {
  constructor(
    private readonly streams: StreamService,
    private readonly tickets: StreamTicketsService,
  ) {}

  @Public() // StreamGuard protects it: it takes tickets beside tokens
  @WithoutAddressLimit() // StreamGuard counts by who it is
  @UseGuards(StreamGuard)
  @ApiBearerAuth()
  @ApiCookieAuth()
  @Get()
  @ActsOnGet()
  @DocumentsStream()
  async stream(
    @Caller() caller: Principal,
    @CallerUntil() expiresAtS: number,
    @CallerSession() sessionId: string | undefined,
    @Query() query: StreamQuery,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastEventId?: string,
  ): Promise<void> {
    const after = lastEventId || query.last_event_id;
    await this.streams.stream(caller, reply, { accountId: query.platform_account_id, after, expiresAtS, sessionId });
  }

  @ForAnyone()
  @Post('ticket')
  @HttpCode(200)
  @ApiOperation({
    summary: 'A ticket that opens one stream',
    description: 'For a browser’s EventSource, within a minute.',
  })
  @ApiOkResponse({ type: StreamTicketResponse })
  @ApiErrors(401, 429, 503)
  async ticket(
    @Caller() principal: Principal,
    @CallerUntil() expiresAtS: number,
    @CallerSession() sessionId: string | undefined,
  ): Promise<StreamTicketResponse> {
    const { ticket, expiresInS } = await this.tickets.issue({ principal, expiresAtS, sessionId });
    return { success: true, ticket, expires_in: expiresInS };
  }
}
