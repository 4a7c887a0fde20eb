import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import {
  BlockDto,
  BlocklistEntryResponse,
  BlocklistResponse,
  entryView,
  ListBlocklistQuery,
  UnblockQuery,
} from './blocklist.dto.js';
import { BlocklistOwner } from './blocklist-owner.service.js';
import { BlocklistPersonPipe } from './blocklist-person.pipe.js';
import { Blocklist } from './blocklist.service.js';

@ApiTags('Inbox')
@Controller('inbox/blocklist')
export class BlocklistController {
  constructor(
    private readonly blocklist: Blocklist,
    private readonly owners: BlocklistOwner,
  ) {}

  @Get()
  @ForUsers()
  @ApiOperation({ summary: 'Blocked people, the latest first' })
  @ApiResponse({ status: 200, type: BlocklistResponse })
  @ApiErrors(400, 401, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() query: ListBlocklistQuery): Promise<BlocklistResponse> {
    const { data, total, next_cursor } = await this.blocklist.page(scope, query);
    return { success: true, data: data.map(entryView), total, next_cursor };
  }

  @Post()
  @HttpCode(200)
  @ForUsers()
  @ApiOperation({
    summary: 'Block a person',
    description:
      'Holds at once, on all of the tenant’s accounts: the inbox’s conversations and its stream leave them out, the ' +
      'agent does not answer. What they wrote stays in `/instagram-dms/list` and `/inbox/comments`.',
  })
  @ApiResponse({ status: 200, type: BlocklistEntryResponse })
  @ApiErrors(400, 401, 403, 409, 413, 415, 429, 503)
  async add(
    @Caller() caller: Principal,
    @Body() { user_id, platform: _platform, ...entry }: BlockDto,
  ): Promise<BlocklistEntryResponse> {
    const owner = await this.owners.of(caller, user_id);
    return { success: true, data: entryView(await this.blocklist.add(owner, entry)) };
  }

  @Delete(':id')
  @ForUsers()
  @ApiOperation({ summary: 'Unblock a person' })
  @ApiParam({
    name: 'id',
    description: 'The entry’s id, or the person’s Instagram-scoped id',
    schema: { type: 'string', pattern: '^([0-9a-fA-F]{24}|\\d{1,32})$' },
    example: '1254477777772222',
  })
  @ApiResponse({ status: 200, type: BlocklistEntryResponse, description: 'The entry that was removed.' })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async remove(
    @Scope() scope: TenantScope,
    @Caller() caller: Principal,
    @Param('id', BlocklistPersonPipe) id: string,
    @Query() { user_id }: UnblockQuery,
  ): Promise<BlocklistEntryResponse> {
    const owner = await this.owners.ofEntry(caller, user_id, id);
    return { success: true, data: entryView(await this.blocklist.remove(scope, owner, id)) };
  }
}
