import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ForAdmins } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { InContext } from '../http/index.js';
import { pageOf } from '../paging/index.js';
import {
  DeliveryListResponse,
  DeliveriesQuery,
  DeliveryResponse,
  DeliveryHeadResponse,
  ReplayResponse,
  ReplayPageResponse,
  ReplayPageDto,
} from './deliveries.dto.js';
import { DeliveriesService } from './deliveries.service.js';

const IdParam = () => ApiParam({ name: 'id', example: '665f1c2e9b1e8a0012345678' });

@ApiTags('Admin')
@ForAdmins()
@Controller('admin/deliveries')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get()
  @ApiOperation({ summary: 'What Meta delivered', description: 'Newest first, kept for RETENTION_DAYS.' })
  @ApiOkResponse({ type: DeliveryListResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Query() { state, account_id, since, cursor, limit }: DeliveriesQuery): Promise<DeliveryListResponse> {
    const found = await this.deliveries.list({
      state,
      accountId: account_id,
      since: since === undefined ? undefined : new Date(since),
      before: cursor,
      limit: limit + 1,
    });
    return { success: true, ...pageOf(found, limit, ({ _id }) => _id) };
  }

  @Get(':id')
  @InContext()
  @IdParam()
  @ApiOperation({ summary: 'One delivery: as it came and as it is understood' })
  @ApiOkResponse({ type: DeliveryResponse })
  @ApiErrors(401, 403, 404, 429, 503)
  async get(@Param('id') id: string): Promise<DeliveryResponse> {
    return { success: true, data: await this.deliveries.get(id) };
  }

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Store the events of many again',
    description:
      'A page of those that match, oldest first; repeat with `cursor` until `next_cursor` is null. What is stored already ' +
      'stays as it is. Workers have them within seconds.',
  })
  @ApiOkResponse({ type: ReplayPageResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async replayPage(
    @Body() { state, account_id, since, until, error, cursor, limit }: ReplayPageDto,
  ): Promise<ReplayPageResponse> {
    const { reopened, nextCursor } = await this.deliveries.replayPage({
      state,
      error,
      limit,
      accountId: account_id,
      since: since === undefined ? undefined : new Date(since),
      until: until === undefined ? undefined : new Date(until),
      after: cursor,
    });
    return { success: true, reopened, next_cursor: nextCursor };
  }

  @Post(':id/discard')
  @HttpCode(200)
  @IdParam()
  @ApiOperation({
    summary: 'Decide that a parked delivery need not be stored',
    description: 'It is deleted RETENTION_DAYS from now; until then it can be replayed.',
  })
  @ApiOkResponse({ type: DeliveryHeadResponse })
  @ApiErrors(401, 403, 404, 409, 429, 503)
  async discard(@Param('id') id: string): Promise<DeliveryHeadResponse> {
    return { success: true, data: await this.deliveries.discard(id) };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @IdParam()
  @ApiOperation({ summary: 'Store its events again', description: 'What is stored already stays as it is.' })
  @ApiOkResponse({ type: ReplayResponse })
  @ApiErrors(401, 403, 404, 429, 503)
  async replay(@Param('id') id: string): Promise<ReplayResponse> {
    const { delivery, handedOver } = await this.deliveries.replay(id);
    return { success: true, data: delivery, handed_over: handedOver };
  }
}
