import { Readable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { ActsOnGet } from '../../http/index.js';
import { IdPipe } from '../../paging/index.js';
import { ExportRequestsService } from './export-requests.service.js';
import { ExportListResponse, ExportRequestDto, ExportResponse, exportView } from './exports.dto.js';

const idParam = {
  name: 'id',
  description: 'The export’s id',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '665f1c2e9b1e8a0012345678',
} as const;

@ApiTags('Privacy')
@ForOwners()
@Controller('privacy/exports')
export class ExportsController {
  constructor(private readonly exports: ExportRequestsService) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Export a customer’s, an account’s or the tenant’s data',
    description:
      'With `account_id` and `participant_id` a customer, with `account_id` an account, with an empty body everything. A job ' +
      'writes the file; ask until `state` is `done`, then fetch it for seven days. The same request while one is being ' +
      'made is the same export.',
  })
  @ApiAcceptedResponse({ type: ExportResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async ask(@Caller() caller: Principal, @Body() body: ExportRequestDto): Promise<ExportResponse> {
    return { success: true, data: exportView(await this.exports.ask(caller, body)) };
  }

  @Get()
  @ApiOperation({ summary: 'Exports that are kept', description: 'Newest first.' })
  @ApiOkResponse({ type: ExportListResponse })
  @ApiErrors(401, 403, 429, 503)
  async list(@Scope() scope: TenantScope): Promise<ExportListResponse> {
    return { success: true, data: (await this.exports.list(scope)).map(exportView) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far an export is' })
  @ApiParam(idParam)
  @ApiOkResponse({ type: ExportResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async get(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<ExportResponse> {
    return { success: true, data: exportView(await this.exports.get(scope, id)) };
  }

  @Get(':id/download')
  @ActsOnGet('changes')
  @ApiOperation({
    summary: 'An export’s file',
    description:
      'One JSON object a line: `{"type", "data"}`, the first of type `export`. Messages follow their conversation, the ' +
      'newest first; times are ISO or, as `timestamp`, milliseconds.',
  })
  @ApiParam(idParam)
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  @ApiErrors(400, 401, 403, 404, 409, 429, 503)
  async download(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<StreamableFile> {
    return new StreamableFile(Readable.from(await this.exports.open(scope, id)), {
      type: 'application/x-ndjson',
      disposition: `attachment; filename="export-${id}.ndjson"`,
    });
  }
}
