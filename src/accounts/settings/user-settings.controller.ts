import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, ForUsers, type Principal } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { actingFor } from '../acting-for.js';
import { PutUserSettingsDto, UserSettingsResponse } from './user-settings.dto.js';
import { UserSettingsService } from './user-settings.service.js';

@ApiTags('User settings')
@Controller('user-settings')
export class UserSettingsController {
  constructor(private readonly settings: UserSettingsService) {}

  @ForUsers()
  @Get()
  @ApiOperation({ summary: 'The caller’s settings', description: 'One config per account; made empty on first sight.' })
  @ApiOkResponse({ type: UserSettingsResponse })
  @ApiErrors(401, 429, 503)
  async get(@Caller() caller: Principal): Promise<UserSettingsResponse> {
    return { success: true, data: await this.settings.get(caller.tenant) };
  }

  @ForOwners()
  @Put()
  @ApiOperation({
    summary: 'Replace the caller’s settings',
    description:
      'What GET answers can be sent back. Each config must name one of the user’s own accounts, each account once; ' +
      'anybody else’s is a 404.',
  })
  @ApiOkResponse({ type: UserSettingsResponse })
  @ApiErrors(400, 401, 403, 404, 413, 415, 429, 503)
  async put(@Caller() caller: Principal, @Body() body: PutUserSettingsDto): Promise<UserSettingsResponse> {
    const { user_id: userId, is_active, is_deleted, configs } = body;
    const wanted = { is_active, is_deleted, configs };
    return { success: true, data: await this.settings.replace(actingFor(caller, userId), wanted) };
  }
}
