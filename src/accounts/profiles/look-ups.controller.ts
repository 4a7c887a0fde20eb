import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForUsers, Scope, type TenantScope } from '../../auth/index.js';
import { ActsOnGet } from '../../http/index.js';
import { ApiErrors } from '../../errors/index.js';
import { AccountIdParam } from '../accounts.dto.js';
import { LiveConversationsResponse, LiveConversationsQuery, ProfileResponse, ProfileParams } from './look-ups.dto.js';
import { LookUpsService } from './look-ups.service.js';

@ApiTags('Accounts')
@Controller('accounts')
export class LookUpsController {
  constructor(private readonly lookUps: LookUpsService) {}

  @ForUsers()
  @Get(':id/profiles/:igsid')
  @ActsOnGet()
  @ApiOperation({
    summary: 'A person’s profile, as Meta shows it now',
    description: 'Meta tells it of people who have written to the account, 404 of others. Kept for an hour.',
  })
  @ApiOkResponse({ type: ProfileResponse })
  @ApiErrors(400, 401, 404, 409, 429, 502, 503)
  async profile(@Scope() scope: TenantScope, @Param() { id, igsid }: ProfileParams): Promise<ProfileResponse> {
    return { success: true, data: await this.lookUps.profile(scope, id, igsid) };
  }

  @ForUsers()
  @Get(':id/conversations')
  @ActsOnGet()
  @ApiOperation({
    summary: 'The account’s conversations, as Meta lists them now',
    description: 'What is stored here is under `/inbox/conversations`. Kept for half a minute.',
  })
  @ApiOkResponse({ type: LiveConversationsResponse })
  @ApiErrors(400, 401, 404, 409, 429, 431, 502, 503)
  async conversations(
    @Scope() scope: TenantScope,
    @Param() { id }: AccountIdParam,
    @Query() query: LiveConversationsQuery,
  ): Promise<LiveConversationsResponse> {
    return { success: true, ...(await this.lookUps.conversations(scope, id, query)) };
  }
}
