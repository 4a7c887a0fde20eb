import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, type Principal } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { PresenceRequest, PresenceResponse } from './presence.dto.js';
import { PresenceService } from './presence.service.js';

@ApiTags('Inbox')
@Controller('inbox/conversations/:id/presence')
@ApiParam({
  name: 'id',
  description: 'The conversation’s id',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '9f86d081884c7d659a2feaa0',
})
export class PresenceController {
  constructor(private readonly presence: PresenceService) {}

  @Get()
  @ForUsers()
  @ApiOperation({ summary: 'Who else is here', description: 'Looking at the conversation, or writing in it.' })
  @ApiOkResponse({ type: PresenceResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async others(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<PresenceResponse> {
    return { success: true, data: await this.presence.others(caller, id) };
  }

  @Put()
  @ForUsers()
  @ApiOperation({
    summary: 'Say that one is here, or writes',
    description:
      'It lasts 15 seconds: say it again every ten. Whoever follows the stream is told `presence`; the customer is not.',
  })
  @ApiOkResponse({ type: PresenceResponse })
  @ApiErrors(400, 401, 404, 413, 415, 429, 503)
  async say(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() { state }: PresenceRequest,
  ): Promise<PresenceResponse> {
    return { success: true, data: await this.presence.say(caller, id, state) };
  }
}
