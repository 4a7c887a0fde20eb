import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ForUsers, Scope, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { MessageCostsQuery, MessageCostsResponse } from './message-costs.dto.js';
import { MessageCostsService } from './message-costs.service.js';

@ApiTags('Messages')
@Controller('messages/costs')
export class MessageCostsController {
  constructor(private readonly costs: MessageCostsService) {}

  @Get(':account_id')
  @ForUsers()
  @ApiParam({
    name: 'account_id',
    description: 'Our id of the account, or its id at the channel.',
    example: '665f1c2ab7e4a1d2c3b4a596',
  })
  @ApiOperation({
    summary: 'What an account’s messages are billed as, by day',
    description:
      'Delivered messages by category, as the channel’s statuses say it. What one costs depends on the market of who got ' +
      'it, and stands in the channel’s price list. Empty on channels where messages cost nothing.',
  })
  @ApiOkResponse({ type: MessageCostsResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async of(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Query() query: MessageCostsQuery,
  ): Promise<MessageCostsResponse> {
    return { success: true, data: await this.costs.of(scope, accountId, query) };
  }
}
