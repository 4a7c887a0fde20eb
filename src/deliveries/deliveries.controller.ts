import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ForAdmins } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { pageOf } from '../paging/index.js';
import { DeliveriesPage, DeliveriesQuery, DeliveryAnswer, ReplayAnswer } from './deliveries.dto.js';
import { DeliveriesService } from './deliveries.service.js';

const IdParam = () => ApiParam({ name: 'id', example: '665f1c2e9b1e8a0012345678' });

@ApiTags('Admin')
@ForAdmins()
@Controller('admin/deliveries')
export class DeliveriesController {
  constructor(private readonly deliveries: DeliveriesService) {}

  @Get()
  @ApiOperation({ summary: 'What Meta delivered', description: 'Newest first, kept for RETENTION_DAYS.' })
  @ApiOkResponse({ type: DeliveriesPage })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Query() { state, account_id, since, cursor, limit }: DeliveriesQuery): Promise<DeliveriesPage> {
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
  @IdParam()
  @ApiOperation({ summary: 'One delivery: as it came and as it is understood' })
  @ApiOkResponse({ type: DeliveryAnswer })
  @ApiErrors(401, 403, 404, 429, 503)
  async get(@Param('id') id: string): Promise<DeliveryAnswer> {
    return { success: true, data: await this.deliveries.get(id) };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @IdParam()
  @ApiOperation({ summary: 'Store its events again', description: 'What is stored already stays as it is.' })
  @ApiOkResponse({ type: ReplayAnswer })
  @ApiErrors(401, 403, 404, 429, 503)
  async replay(@Param('id') id: string): Promise<ReplayAnswer> {
    const { delivery, handedOver } = await this.deliveries.replay(id);
    return { success: true, data: delivery, handed_over: handedOver };
  }
}
