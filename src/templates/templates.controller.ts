import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForOwners, ForUsers, Scope, type TenantScope } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { ActsOnGet } from '../http/index.js';
import { CreateTemplateDto, ListTemplatesQuery } from './templates.dto.js';
import { TemplateListResponse, TemplateResponse } from './templates.responses.js';
import { TemplatesService } from './templates.service.js';

@ApiTags('Messages')
@Controller('messages/templates')
export class TemplatesController {
  constructor(private readonly templates: TemplatesService) {}

  @Get()
  @ForUsers()
  @ActsOnGet()
  @ApiOperation({
    summary: 'Messages that the channel has approved beforehand',
    description:
      'By name and language. Outside the window WhatsApp takes nothing else. What is stored is asked for again after an ' +
      'hour; what the channel tells meanwhile (approved, paused) shows at once.',
  })
  @ApiOkResponse({ type: TemplateListResponse })
  @ApiErrors(400, 401, 404, 409, 429, 502, 503)
  async list(@Scope() scope: TenantScope, @Query() query: ListTemplatesQuery): Promise<TemplateListResponse> {
    return { success: true, ...(await this.templates.list(scope, query)) };
  }

  @Post()
  @ForOwners()
  @ApiOperation({
    summary: 'Hand a template in for approval',
    description:
      'The channel decides, mostly within minutes, and may change the category. 502: it refused; `details` has its code. ' +
      'WhatsApp takes a hundred an hour, and a name that was deleted only after thirty days.',
  })
  @ApiCreatedResponse({ type: TemplateResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 502, 503)
  async create(@Scope() scope: TenantScope, @Body() body: CreateTemplateDto): Promise<TemplateResponse> {
    return { success: true, data: await this.templates.create(scope, body) };
  }
}
