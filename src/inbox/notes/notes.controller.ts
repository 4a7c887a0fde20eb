import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPageQuery, IdPipe, pageOf } from '../../paging/index.js';
import { DeskDoneResponse } from '../labels/labels.dto.js';
import { NoteListResponse, NoteRequest, NoteResponse, noteView } from './notes.dto.js';
import { NotesService } from './notes.service.js';

const hexId = (name: string, description: string) => ({
  name,
  description,
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' } as const,
  example: '9f86d081884c7d659a2feaa0',
});
const conversationId = hexId('id', 'The conversation’s id');
const noteId = hexId('note_id', 'The note’s id');

@ApiTags('Inbox')
@Controller('inbox/conversations/:id/notes')
@ApiParam(conversationId)
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'Notes on a conversation',
    description: 'Newest first. No customer and no model sees them.',
  })
  @ApiOkResponse({ type: NoteListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async list(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() { cursor, limit }: IdPageQuery,
  ): Promise<NoteListResponse> {
    const found = await this.notes.page(scope, id, { ...(cursor ? { before: cursor } : {}), limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, ({ _id }) => _id);
    return { success: true, data: data.map(noteView), next_cursor };
  }

  @Post()
  @ForUsers()
  @ApiOperation({ summary: 'Add a note' })
  @ApiCreatedResponse({ type: NoteResponse })
  @ApiErrors(400, 401, 404, 413, 415, 429, 503)
  async add(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() { text }: NoteRequest,
  ): Promise<NoteResponse> {
    return { success: true, data: noteView(await this.notes.add(caller, id, text)) };
  }

  @Patch(':note_id')
  @ForUsers()
  @ApiOperation({ summary: 'Change a note', description: '403: another person wrote it, and the caller is no owner.' })
  @ApiParam(noteId)
  @ApiOkResponse({ type: NoteResponse })
  @ApiErrors(400, 401, 403, 404, 413, 415, 429, 503)
  async change(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Param('note_id', IdPipe) note: string,
    @Body() { text }: NoteRequest,
  ): Promise<NoteResponse> {
    return { success: true, data: noteView(await this.notes.change(caller, id, note, text)) };
  }

  @Delete(':note_id')
  @ForUsers()
  @ApiOperation({ summary: 'Remove a note', description: '403: another person wrote it, and the caller is no owner.' })
  @ApiParam(noteId)
  @ApiOkResponse({ type: DeskDoneResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async remove(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Param('note_id', IdPipe) note: string,
  ): Promise<DeskDoneResponse> {
    await this.notes.remove(caller, id, note);
    return { success: true };
  }
}
