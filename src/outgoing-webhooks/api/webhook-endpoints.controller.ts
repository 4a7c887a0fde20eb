import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPageQuery, IdPipe } from '../../paging/index.js';
import { DocumentsBody } from '../../validation/index.js';
import {
  ChangeWebhookEndpointRequest,
  EndpointMessageListResponse,
  EndpointMessageResponse,
  ListEndpointMessagesQuery,
  NewWebhookEndpointRequest,
  NewWebhookEndpointResponse,
  ReplayQuery,
  EndpointReplayResponse,
  WebhookEndpointListResponse,
  WebhookEndpointRemovedResponse,
  WebhookEndpointResponse,
} from './webhook-endpoints.dto.js';
import { WebhookEndpointsService } from './webhook-endpoints.service.js';

const hexId = { schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' } } as const;
const idParam = { name: 'id', description: 'The endpoint’s id', ...hexId, example: '665f1c2ab7e4a1d2c3b4a596' };
const messageParam = {
  name: 'message_id',
  description: 'The message’s id: the header `webhook-id`',
  ...hexId,
  example: '665f1c2ab7e4a1d2c3b4a599',
};

@ApiTags('Webhook endpoints')
@Controller('webhook-endpoints')
export class WebhookEndpointsController {
  constructor(private readonly endpoints: WebhookEndpointsService) {}

  @ForOwners()
  @Get()
  @ApiOperation({ summary: 'Addresses that are told what happens', description: 'For admins, of all tenants.' })
  @ApiOkResponse({ type: WebhookEndpointListResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() query: IdPageQuery): Promise<WebhookEndpointListResponse> {
    return { success: true, ...(await this.endpoints.list(scope, query)) };
  }

  @ForOwners()
  @Post()
  @ApiOperation({
    summary: 'Have an address told what happens',
    description:
      'Of the caller’s tenant, from now on: a signed POST for each event, as Standard Webhooks has it, at least once. ' +
      'The answer holds the secret; it is not shown again. Ten at most.',
  })
  @ApiCreatedResponse({ type: NewWebhookEndpointResponse })
  @ApiErrors(400, 401, 403, 409, 413, 415, 429, 503)
  async create(
    @Caller() caller: Principal,
    @Body() body: NewWebhookEndpointRequest,
  ): Promise<NewWebhookEndpointResponse> {
    return { success: true, data: await this.endpoints.create(caller, body) };
  }

  @ForOwners()
  @Get(':id')
  @ApiOperation({ summary: 'One endpoint' })
  @ApiParam(idParam)
  @ApiOkResponse({ type: WebhookEndpointResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async get(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<WebhookEndpointResponse> {
    return { success: true, data: await this.endpoints.get(scope, id) };
  }

  @ForOwners()
  @Patch(':id')
  @ApiOperation({
    summary: 'Change an endpoint, or switch it on or off',
    description: 'Switched off, what is queued for it fails; switched on, it is told of what happens from then on.',
  })
  @ApiParam(idParam)
  @DocumentsBody(ChangeWebhookEndpointRequest, { minProperties: 1 })
  @ApiOkResponse({ type: WebhookEndpointResponse })
  @ApiErrors(400, 401, 403, 404, 413, 415, 429, 503)
  async change(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Body() body: ChangeWebhookEndpointRequest,
  ): Promise<WebhookEndpointResponse> {
    return { success: true, data: await this.endpoints.change(scope, id, body) };
  }

  @ForOwners()
  @Delete(':id')
  @ApiOperation({ summary: 'Delete an endpoint and its log' })
  @ApiParam(idParam)
  @ApiOkResponse({ type: WebhookEndpointRemovedResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async remove(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<WebhookEndpointRemovedResponse> {
    await this.endpoints.remove(scope, id);
    return { success: true, deleted: true };
  }

  @ForOwners()
  @Post(':id/rotate-secret')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign with a new secret',
    description: 'The answer holds it; it is not shown again. The one before signs beside it for 24 hours.',
  })
  @ApiParam(idParam)
  @ApiOkResponse({ type: NewWebhookEndpointResponse })
  @ApiErrors(400, 401, 403, 404, 409, 429, 503)
  async rotateSecret(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
  ): Promise<NewWebhookEndpointResponse> {
    return { success: true, data: await this.endpoints.rotateSecret(scope, id) };
  }

  @ForOwners()
  @Post(':id/test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Post an event `test`', description: 'Once, and at once; the answer tells how it went.' })
  @ApiParam(idParam)
  @ApiOkResponse({ type: EndpointMessageResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async test(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<EndpointMessageResponse> {
    return { success: true, data: await this.endpoints.test(scope, id) };
  }

  @ForOwners()
  @Get(':id/messages')
  @ApiOperation({ summary: 'What an endpoint was told, and how that went', description: 'The latest first.' })
  @ApiParam(idParam)
  @ApiOkResponse({ type: EndpointMessageListResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async log(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() query: ListEndpointMessagesQuery,
  ): Promise<EndpointMessageListResponse> {
    return { success: true, ...(await this.endpoints.log(scope, id, query)) };
  }

  @ForOwners()
  @Post(':id/messages/:message_id/replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Post a message again',
    description: 'Under the same id, with what it tells of as it is then. 409: the endpoint is disabled.',
  })
  @ApiParam(idParam)
  @ApiParam(messageParam)
  @ApiOkResponse({ type: EndpointMessageResponse })
  @ApiErrors(400, 401, 403, 404, 409, 429, 503)
  async replay(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Param('message_id', IdPipe) messageId: string,
  ): Promise<EndpointMessageResponse> {
    return { success: true, data: await this.endpoints.replay(scope, id, messageId) };
  }

  @ForOwners()
  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Post what failed since a time again',
    description:
      'A thousand at most, the oldest first; `more` tells whether to ask again. 409: the endpoint is disabled.',
  })
  @ApiParam(idParam)
  @ApiOkResponse({ type: EndpointReplayResponse })
  @ApiErrors(400, 401, 403, 404, 409, 429, 503)
  async replaySince(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() { since }: ReplayQuery,
  ): Promise<EndpointReplayResponse> {
    return { success: true, data: await this.endpoints.replaySince(scope, id, new Date(since)) };
  }
}
