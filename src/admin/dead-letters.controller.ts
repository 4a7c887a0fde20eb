import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForAdmins, type Principal } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { ApiErrors, InvalidRequestError, NotFoundError } from '../errors/index.js';
import { pageOf } from '../paging/index.js';
import { DeadLetterReplaysService, DeadLettersRepository, type DeadLetter } from '../queue/index.js';
import { DeadLetterResponse, DeadLetterListResponse, DeadLettersQuery, type DeadLetterView } from './admin.dto.js';
import { ReplayLettersResponse, ReplayLettersDto } from './dead-letters.dto.js';
import { deadLetterView } from './dead-letter.view.js';

const IdParam = () => ApiParam({ name: 'id', example: '665f1c2e9b1e8a0012345678' });

@ApiTags('Admin')
@ForAdmins()
@Controller('admin/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLettersRepository,
    private readonly replays: DeadLetterReplaysService,
    private readonly config: AppConfig,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What failed for good, and why', description: 'Newest first.' })
  @ApiOkResponse({ type: DeadLetterListResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Query() { state, kind, cursor, limit }: DeadLettersQuery): Promise<DeadLetterListResponse> {
    const after = cursor === undefined ? undefined : await this.letters.find(cursor);
    if (after === null) throw new InvalidRequestError('cursor: is not one of this list');
    const found = await this.letters.list({ state, kind, after, limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, ({ _id }) => _id);
    return { success: true, data: data.map((letter) => this.view(letter)), next_cursor };
  }

  @Get(':id')
  @IdParam()
  @ApiOperation({ summary: 'One dead letter' })
  @ApiOkResponse({ type: DeadLetterResponse })
  @ApiErrors(401, 403, 404, 429, 503)
  async get(@Param('id') id: string): Promise<DeadLetterResponse> {
    const letter = await this.letters.find(id);
    if (!letter) throw new NotFoundError('Dead letter not found.');
    return { success: true, data: this.view(letter) };
  }

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Try many again',
    description:
      'A page of the open letters that match, newest first; repeat with `cursor` until `next_cursor` is null. Those that ' +
      'can’t be started stay open and are named.',
  })
  @ApiOkResponse({ type: ReplayLettersResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async replayPage(@Body() dto: ReplayLettersDto, @Caller() caller: Principal): Promise<ReplayLettersResponse> {
    const { kind, reason, since, until, cursor, limit } = dto;
    if ([kind, reason, since, until].every((one) => one === undefined))
      throw new InvalidRequestError('Say which letters: by kind, reason, since or until.');
    const after = cursor === undefined ? undefined : await this.letters.find(cursor);
    if (after === null) throw new InvalidRequestError('cursor: is not one of this list');
    const range = { since: since ? new Date(since) : undefined, until: until ? new Date(until) : undefined };
    const page = await this.replays.replayPage({ kind, reason, ...range, after, limit }, caller.actor);
    return { success: true, replayed: page.replayed, failed: page.failed, next_cursor: page.lastId ?? null };
  }

  @Post(':id/replay')
  @HttpCode(200)
  @IdParam()
  @ApiOperation({
    summary: 'Try it again',
    description: 'Done once: replaying a letter that was replayed already changes nothing. It opens again if it fails.',
  })
  @ApiOkResponse({ type: DeadLetterResponse })
  @ApiErrors(401, 403, 404, 409, 429, 503)
  async replay(@Param('id') id: string, @Caller() caller: Principal): Promise<DeadLetterResponse> {
    return { success: true, data: this.view(await this.replays.replay(id, caller.actor)) };
  }

  private view(letter: DeadLetter): DeadLetterView {
    return deadLetterView(letter, this.config.DEAD_LETTER_RETENTION_DAYS);
  }
}
