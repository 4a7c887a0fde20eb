import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, ForUsers, Scope, type Principal, type TenantScope } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { DocumentsBody } from '../validation/index.js';
import { AccountResponse, AccountListResponse, ConnectResponse, DisconnectResponse } from './account-view.dto.js';
import {
  AccountIdParam,
  ConnectAccountDto,
  connectDetailsOf,
  DisconnectQuery,
  ListAccountsQuery,
  UpdateAccountDto,
} from './accounts.dto.js';
import { AccountsService } from './accounts.service.js';
import { actingFor } from './acting-for.js';
import { ConnectService } from './connect/connect.service.js';
import { connectExamples } from './connect-examples.js';
import { ErasureRequestsService } from './privacy/erasure-requests.service.js';
import { erasureView } from './privacy/status-page.js';

@ApiTags('Accounts')
@Controller('accounts')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly connecting: ConnectService,
    private readonly erasures: ErasureRequestsService,
  ) {}

  @ForOwners()
  @Post()
  @ApiOperation({
    summary: 'Connect an account by its token',
    description:
      'Asks Meta whose token it is, stores it encrypted, subscribes to webhooks and reads the subscription back. ' +
      'Connecting the same Instagram account again, by either login, updates it. `account_taken`: another tenant has it; of several accounts, all of them.',
  })
  @ApiBody({ type: ConnectAccountDto, examples: connectExamples })
  @ApiCreatedResponse({ type: ConnectResponse })
  @ApiErrors(400, 401, 403, 409, 413, 415, 429, 502, 503)
  async connect(@Caller() caller: Principal, @Body() body: ConnectAccountDto): Promise<ConnectResponse> {
    const userId = actingFor(caller, body.user_id);
    const { access_token: accessToken, login, agent, platform } = body;
    const given = { accessToken, login, details: connectDetailsOf(body) };
    const { first, others, taken } = await this.connecting.connectByToken(userId, platform, given, agent);
    const also = others.map(({ _id, username }) => ({ _id: _id.toHexString(), username }));
    return {
      success: true,
      data: await this.accounts.view(first),
      ...(also.length > 0 ? { also_connected: also } : {}),
      ...(taken.length > 0 ? { not_connected: taken.map(({ username, code }) => ({ username, code })) } : {}),
    };
  }

  @ForUsers()
  @Get()
  @ApiOperation({ summary: 'Connected accounts, newest first', description: 'With the health of each.' })
  @ApiOkResponse({ type: AccountListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() query: ListAccountsQuery): Promise<AccountListResponse> {
    const { data, total } = await this.accounts.list(scope, query);
    return { success: true, data, total, limit: query.limit, skip: query.skip };
  }

  @ForUsers()
  @Get(':id')
  @ApiOperation({ summary: 'One account', description: 'With its health and the alerts that stand.' })
  @ApiOkResponse({ type: AccountResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async get(@Scope() scope: TenantScope, @Param() { id }: AccountIdParam): Promise<AccountResponse> {
    return { success: true, data: await this.accounts.get(scope, id) };
  }

  @ForOwners()
  @Patch(':id')
  @ApiOperation({
    summary: 'Change an account',
    description: 'Switch it or its agent on or off, end a pause of sends, name it, keep media.',
  })
  @DocumentsBody(UpdateAccountDto, { minProperties: 1 })
  @ApiOkResponse({ type: AccountResponse })
  @ApiErrors(400, 401, 404, 409, 413, 415, 429, 503)
  async update(
    @Scope() scope: TenantScope,
    @Param() { id }: AccountIdParam,
    @Body() body: UpdateAccountDto,
  ): Promise<AccountResponse> {
    return { success: true, data: await this.accounts.update(scope, id, body) };
  }

  @ForOwners()
  @Delete(':id')
  @ApiOperation({
    summary: 'Disconnect an account',
    description:
      'Unsubscribes, wipes the token, keeps the history. The Instagram account may then be connected by anyone. ' +
      'With `history=erase` the history goes, too, also of an account that was disconnected before.',
  })
  @ApiOkResponse({ type: DisconnectResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async disconnect(
    @Scope() scope: TenantScope,
    @Param() { id }: AccountIdParam,
    @Query() { history }: DisconnectQuery,
  ): Promise<DisconnectResponse> {
    const data = await this.accounts.disconnect(scope, id);
    if (history !== 'erase') return { success: true, data };
    return { success: true, data, erasure: erasureView(await this.erasures.ofAccount(scope, data._id)) };
  }
}
