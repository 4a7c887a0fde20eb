import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, type Principal } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { CountsQuery, CountsResponse } from './counts.dto.js';
import { InboxCountsService } from './inbox-counts.service.js';

@ApiTags('Inbox')
@Controller('inbox/counts')
export class CountsController {
  constructor(private readonly counts: InboxCountsService) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'How much is in each work list',
    description: 'Counted as far as 99. A `conversation` event of the stream says when to ask again.',
  })
  @ApiOkResponse({ type: CountsResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async get(@Caller() caller: Principal, @Query() query: CountsQuery): Promise<CountsResponse> {
    return { success: true, data: await this.counts.of(caller, query.platform_account_id) };
  }
}
