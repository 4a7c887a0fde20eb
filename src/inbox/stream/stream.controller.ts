import { Controller, Get, Headers, HttpCode, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, ForUsers, Public, type Principal } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { StreamTickets, ticketTtlS } from './stream-tickets.service.js';
import { DocumentsStream } from './stream.docs.js';
import { positionPattern, StreamQuery, StreamTicketView } from './stream.dto.js';
import { StreamGuard } from './stream.guard.js';
import { StreamService } from './stream.service.js';

@ApiTags('Inbox')
@Controller('inbox/stream')
export class StreamController {
  constructor(
    private readonly streams: StreamService,
    private readonly tickets: StreamTickets,
  ) {}

  @Public() // StreamGuard protects it: it takes tickets beside tokens
  @UseGuards(StreamGuard)
  @ApiBearerAuth()
  @Get()
  @DocumentsStream()
  async stream(
    @Caller() caller: Principal,
    @Query() query: StreamQuery,
    @Res() reply: FastifyReply,
    @Headers('Last-Event-ID') lastEventId?: string,
  ): Promise<void> {
    const header = lastEventId !== undefined && positionPattern.test(lastEventId) ? lastEventId : undefined;
    const after = header ?? query.last_event_id;
    await this.streams.stream(caller, reply, { accountId: query.platform_account_id, after });
  }

  @ForUsers()
  @Post('ticket')
  @HttpCode(200)
  @ApiOperation({
    summary: 'A ticket that opens one stream',
    description: 'For a browser’s EventSource, within a minute.',
  })
  @ApiOkResponse({ type: StreamTicketView })
  @ApiErrors(401, 429, 503)
  async ticket(@Caller() caller: Principal): Promise<StreamTicketView> {
    return { success: true, ticket: await this.tickets.issue(caller), expires_in: ticketTtlS };
  }
}
