import { Controller, Delete, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, CallerSession, ForAnyone, type Principal } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { IdPipe } from '../paging/index.js';
import { OwnSessionsService } from './own-sessions.service.js';
import { DoneResponse, EndedSessionsResponse, SessionListResponse, sessionView } from './staff.responses.js';

/** Where I am signed in. */
@ApiTags('Sign-in')
@ForAnyone()
@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: OwnSessionsService) {}

  @Get()
  @ApiOperation({ summary: 'Where I am signed in', description: 'The one used last first.' })
  @ApiOkResponse({ type: SessionListResponse })
  @ApiErrors(401, 429, 503)
  async list(@Caller() caller: Principal, @CallerSession() current: string | undefined): Promise<SessionListResponse> {
    const found = await this.sessions.list(caller);
    return { success: true, data: found.map((session) => sessionView(session, current)) };
  }

  @Delete()
  @ApiOperation({ summary: 'Sign me out everywhere else' })
  @ApiOkResponse({ type: EndedSessionsResponse })
  @ApiErrors(401, 429, 503)
  async removeOthers(
    @Caller() caller: Principal,
    @CallerSession() current: string | undefined,
  ): Promise<EndedSessionsResponse> {
    return { success: true, ended: await this.sessions.endOthers(caller, current) };
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Sign me out at one browser' })
  @ApiParam({
    name: 'id',
    description: 'The session’s id',
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
    example: '665f1c2e9b1e8a0012345678',
  })
  @ApiOkResponse({ type: DoneResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async remove(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<DoneResponse> {
    await this.sessions.endOne(caller, id);
    return { success: true };
  }
}
