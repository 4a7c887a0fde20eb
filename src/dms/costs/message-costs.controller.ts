import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForUsers, Scope, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { MessageCostsQuery, MessageCostsResponse } from './message-costs.dto.js';
import { MessageCostsService } from './message-costs.service.js';

@ApiTags('Messages')
@Controller('messages/costs')
export class MessageCostsController {
  constructor(private readonly costs: MessageCostsService) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'What an account’s messages are billed as, by day',
    description:
      'Delivered messages by category, as the channel’s statuses say it. What one costs depends on the market of who got ' +
      'it, and stands in the channel’s price list. Empty on channels where messages cost nothing.',
  })
  @ApiOkResponse({ type: MessageCostsResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async of(@Scope() scope: TenantScope, @Query() query: MessageCostsQuery): Promise<MessageCostsResponse> {
    return { success: true, data: await this.costs.of(scope, query) };
  }
}
