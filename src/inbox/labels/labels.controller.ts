import { Body, Controller, Delete, Get, Param, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, ForUsers, type Principal } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { DocumentsBody } from '../../validation/index.js';
import {
  ChangeLabelRequest,
  DeskDoneResponse,
  LabelListResponse,
  LabelResponse,
  NewLabelRequest,
} from './labels.dto.js';
import { LabelsService } from './labels.service.js';

const labelId = {
  name: 'id',
  description: 'The label’s id',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '665f1c2e9b1e8a0012345678',
} as const;

@ApiTags('Inbox')
@Controller('inbox/labels')
export class LabelsController {
  constructor(private readonly labels: LabelsService) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'The labels of the caller’s tenant',
    description: '`PATCH /inbox/conversations/{id}` puts them on.',
  })
  @ApiOkResponse({ type: LabelListResponse })
  @ApiErrors(401, 429, 503)
  async list(@Caller() { tenant }: Principal): Promise<LabelListResponse> {
    return { success: true, data: await this.labels.list(tenant) };
  }

  @Post()
  @ForOwners()
  @ApiOperation({ summary: 'Add a label', description: 'A hundred at most. 409: there is one of that name.' })
  @ApiCreatedResponse({ type: LabelResponse })
  @ApiErrors(400, 401, 403, 409, 413, 415, 429, 503)
  async create(@Caller() { tenant }: Principal, @Body() body: NewLabelRequest): Promise<LabelResponse> {
    return { success: true, data: await this.labels.create(tenant, body) };
  }

  @Patch(':id')
  @ForOwners()
  @ApiOperation({ summary: 'Rename or recolor a label' })
  @ApiParam(labelId)
  @DocumentsBody(ChangeLabelRequest, { minProperties: 1 })
  @ApiOkResponse({ type: LabelResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async change(
    @Caller() { tenant }: Principal,
    @Param('id', IdPipe) id: string,
    @Body() body: ChangeLabelRequest,
  ): Promise<LabelResponse> {
    return { success: true, data: await this.labels.change(tenant, id, body) };
  }

  @Delete(':id')
  @ForOwners()
  @ApiOperation({ summary: 'Remove a label', description: 'It goes from all conversations.' })
  @ApiParam(labelId)
  @ApiOkResponse({ type: DeskDoneResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async remove(@Caller() { tenant }: Principal, @Param('id', IdPipe) id: string): Promise<DeskDoneResponse> {
    await this.labels.remove(tenant, id);
    return { success: true };
  }
}
