import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, ForUsers, Scope, type Principal, type TenantScope } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { IdPipe, pageOf } from '../paging/index.js';
import { DocumentsBody } from '../validation/index.js';
import { JoiningService } from './joining.service.js';
import { ChangeStaffRequest, InviteRequest, ListStaffQuery } from './staff.dto.js';
import {
  DoneResponse,
  InviteListResponse,
  inviteView,
  newLinkView,
  NewLinkResponse,
  StaffListResponse,
  StaffResponse,
  staffView,
} from './staff.responses.js';
import { StaffService } from './staff.service.js';

const idParam = (description: string) => ({
  name: 'id',
  description,
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' } as const,
  example: '665f1c2e9b1e8a0012345678',
});

/** The people of a tenant. */
@ApiTags('Staff')
@Controller('staff')
export class StaffController {
  constructor(
    private readonly staff: StaffService,
    private readonly joining: JoiningService,
  ) {}

  @ForUsers()
  @Get()
  @ApiOperation({ summary: 'Who works here', description: 'Newest first; for admins, of all tenants.' })
  @ApiOkResponse({ type: StaffListResponse })
  @ApiErrors(400, 401, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() { cursor, limit }: ListStaffQuery): Promise<StaffListResponse> {
    const found = await this.staff.list(scope, { ...(cursor ? { before: cursor } : {}), limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, ({ _id }) => _id);
    return { success: true, data: data.map(staffView), next_cursor };
  }

  @ForOwners()
  @Get('invites')
  @ApiOperation({ summary: 'Invitations that are open', description: 'The newest hundred.' })
  @ApiOkResponse({ type: InviteListResponse })
  @ApiErrors(401, 403, 429, 503)
  async invites(@Caller() caller: Principal): Promise<InviteListResponse> {
    return { success: true, data: (await this.joining.invites(caller)).map(inviteView) };
  }

  @ForOwners()
  @Post('invites')
  @ApiOperation({
    summary: 'Invite somebody',
    description:
      'Into the caller’s tenant. The link is to be handed over by the caller; it is good once, for 72 hours.',
  })
  @ApiCreatedResponse({ type: NewLinkResponse })
  @ApiErrors(400, 401, 403, 409, 413, 415, 429, 503)
  async invite(@Caller() caller: Principal, @Body() body: InviteRequest): Promise<NewLinkResponse> {
    return { success: true, data: newLinkView(await this.joining.invite(caller, body)) };
  }

  @ForOwners()
  @Delete('invites/:id')
  @ApiOperation({ summary: 'Take an invitation back' })
  @ApiParam(idParam('The invitation’s id'))
  @ApiOkResponse({ type: DoneResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async takeBack(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<DoneResponse> {
    await this.joining.takeBack(caller, id);
    return { success: true };
  }

  @ForUsers()
  @Get(':id')
  @ApiOperation({ summary: 'One person' })
  @ApiParam(idParam('The person’s id'))
  @ApiOkResponse({ type: StaffResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async get(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<StaffResponse> {
    return { success: true, data: staffView(await this.staff.get(scope, id)) };
  }

  @ForOwners()
  @Patch(':id')
  @ApiOperation({
    summary: 'Change a person’s name or role, or shut them out',
    description: 'Another role, or being shut out, signs them out everywhere. Nobody does either to themselves.',
  })
  @ApiParam(idParam('The person’s id'))
  @DocumentsBody(ChangeStaffRequest, { minProperties: 1 })
  @ApiOkResponse({ type: StaffResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async change(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() body: ChangeStaffRequest,
  ): Promise<StaffResponse> {
    return { success: true, data: staffView(await this.staff.change(caller, id, body)) };
  }

  @ForOwners()
  @Delete(':id')
  @ApiOperation({
    summary: 'Remove a person',
    description:
      'Signs them out everywhere, and forgets them; the audit log keeps their address as long as it is kept.',
  })
  @ApiParam(idParam('The person’s id'))
  @ApiOkResponse({ type: DoneResponse })
  @ApiErrors(400, 401, 403, 404, 409, 429, 503)
  async remove(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<DoneResponse> {
    await this.staff.remove(caller, id);
    return { success: true };
  }
}
