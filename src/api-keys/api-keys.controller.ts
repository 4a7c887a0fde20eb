import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, type Principal } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { IdPageQuery, IdPipe, pageOf } from '../paging/index.js';
import {
  ApiKeyListResponse,
  apiKeyView,
  CreatedApiKeyResponse,
  NewApiKeyRequest,
  RevokedApiKeyResponse,
} from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';

/** Keys of a tenant's programs. */
@ApiTags('API keys')
@ForOwners()
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Get()
  @ApiOperation({
    summary: 'Keys of the tenant’s programs',
    description: 'Newest first; for admins, of all tenants. The keys themselves are kept nowhere.',
  })
  @ApiOkResponse({ type: ApiKeyListResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Caller() caller: Principal, @Query() { cursor, limit }: IdPageQuery): Promise<ApiKeyListResponse> {
    const found = await this.keys.list(caller, { ...(cursor ? { before: cursor } : {}), limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, ({ _id }) => _id);
    return { success: true, data: data.map(apiKeyView), next_cursor };
  }

  @Post()
  @ApiOperation({
    summary: 'Make a key for a program',
    description:
      'For the caller’s tenant, with a role that the caller has, too. `key` is told in this answer alone; the program ' +
      'sends it as its Bearer token. A key makes no keys, and none is for admins.',
  })
  @ApiCreatedResponse({ type: CreatedApiKeyResponse })
  @ApiErrors(400, 401, 403, 409, 413, 415, 429, 503)
  async create(@Caller() caller: Principal, @Body() body: NewApiKeyRequest): Promise<CreatedApiKeyResponse> {
    const { key, stored } = await this.keys.create(caller, body);
    return { success: true, data: { ...apiKeyView(stored), key } };
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Revoke a key', description: 'It opens nothing from the next request on.' })
  @ApiParam({
    name: 'id',
    description: 'The key’s id',
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
    example: '665f1c2e9b1e8a0012345678',
  })
  @ApiOkResponse({ type: RevokedApiKeyResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async revoke(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<RevokedApiKeyResponse> {
    await this.keys.revoke(caller, id);
    return { success: true };
  }
}
