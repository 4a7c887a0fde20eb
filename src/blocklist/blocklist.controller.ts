import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, Scope, type Principal, type TenantScope } from '../auth/index.js';
import { channelNames, ChannelsService, platformNames, type Channel } from '../channels/index.js';
import { ApiErrors } from '../errors/index.js';
import { metaIdPattern } from '../paging/index.js';
import {
  BlockDto,
  BlocklistEntryResponse,
  BlocklistResponse,
  entryView,
  ListBlocklistQuery,
  UnblockPersonDto,
  UnblockQuery,
} from './blocklist.dto.js';
import { BlocklistOwnerService } from './blocklist-owner.service.js';
import { BlocklistPersonPipe } from './blocklist-person.pipe.js';
import { BlocklistService } from './blocklist.service.js';
import { PersonToUnblock } from './person-to-unblock.decorator.js';
import { PersonToUnblockPipe } from './person-to-unblock.pipe.js';

const person = {
  name: 'external_participant_id',
  description: 'The person’s id at the channel; it may stand in a JSON body instead, as the others may',
  schema: { type: 'string', pattern: metaIdPattern.source },
  example: '1254477777772222',
} as const;

@ApiTags('Inbox')
@Controller('inbox/blocklist')
export class BlocklistController {
  constructor(
    private readonly channels: ChannelsService,
    private readonly blocklist: BlocklistService,
    private readonly owners: BlocklistOwnerService,
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
    @Body() { user_id, platform, ...entry }: BlockDto,
  ): Promise<BlocklistEntryResponse> {
    const owner = await this.owners.of(caller, user_id);
    return {
      success: true,
      data: entryView(await this.blocklist.add(owner, { ...entry, platform: this.channelOf(platform) })),
    };
  }

  @Delete()
  @ForUsers()
  @ApiOperation({ summary: 'Unblock a person, named as on blocking' })
  @ApiQuery({ ...person, required: true })
  @ApiQuery({ name: 'platform', required: false, enum: [...channelNames, ...platformNames] })
  @ApiQuery({
    name: 'user_id',
    required: false,
    type: String,
    description: 'Whose list; for admins, as on blocking',
    example: 'user-1',
  })
  @ApiResponse({ status: 200, type: BlocklistEntryResponse, description: 'The entry that was removed.' })
  @ApiErrors(400, 401, 403, 404, 413, 415, 429, 503)
  async removePerson(
    @Caller() caller: Principal,
    @PersonToUnblock(PersonToUnblockPipe) { external_participant_id: person, user_id, platform }: UnblockPersonDto,
  ): Promise<BlocklistEntryResponse> {
    const owner = { user_id: await this.owners.of(caller, user_id), platform: this.channelOf(platform) };
    return { success: true, data: entryView(await this.blocklist.removePerson(owner, person)) };
  }

  @Delete(':id')
  @ForUsers()
  @ApiOperation({ summary: 'Unblock a person' })
  @ApiParam({
    name: 'id',
    description: 'The entry’s id, or the person’s id at the channel',
    schema: { type: 'string', pattern: metaIdPattern.source },
    example: '1254477777772222',
  })
  @ApiResponse({ status: 200, type: BlocklistEntryResponse, description: 'The entry that was removed.' })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async remove(
    @Scope() scope: TenantScope,
    @Caller() caller: Principal,
    @Param('id', BlocklistPersonPipe) id: string,
    @Query() { user_id, platform }: UnblockQuery,
  ): Promise<BlocklistEntryResponse> {
    const owner = { user_id: await this.owners.ofEntry(caller, user_id, id), platform: this.channelOf(platform) };
    return { success: true, data: entryView(await this.blocklist.remove(scope, owner, id)) };
  }

  private channelOf(platform: string | undefined): Channel {
    return this.channels.named(platform).channel;
  }
}
