import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ForOwners, ForUsers, Scope, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import {
  CreateKnowledgeRequest,
  KnowledgeDocumentResponse,
  KnowledgeListResponse,
  KnowledgeRemovedResponse,
  KnowledgeSearchResponse,
  ListKnowledgeQuery,
  ReviewKnowledgeRequest,
  SearchKnowledgeRequest,
  UpdateKnowledgeRequest,
} from './knowledge.dto.js';
import { KnowledgeGapsResponse } from './knowledge-gaps.dto.js';
import { KnowledgeGapsService } from './knowledge-gaps.service.js';
import { KnowledgeService } from './knowledge.service.js';

const accountParam = {
  name: 'account_id',
  description: 'Our id of the account, or its Instagram id.',
  example: '665f1c2ab7e4a1d2c3b4a596',
};
const documentParam = { name: 'document_id', description: 'Id of the document.', example: '665f1c2ab7e4a1d2c3b4a597' };
const form = {
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'string', format: 'binary', description: 'PDF, HTML, Markdown or plain text, 10 MB at most.' },
    title: { type: 'string', description: 'What it is about; else its own title, or its name.' },
    language: { type: 'string', description: 'The language it is written in.' },
    valid_from: { type: 'string', description: 'The first day it holds.' },
    valid_until: { type: 'string', description: 'The last day it holds.' },
  },
};

@ApiTags('Agent')
@Controller('agent/knowledge/:account_id')
@ApiParam(accountParam)
export class KnowledgeController {
  constructor(
    private readonly knowledge: KnowledgeService,
    private readonly gaps: KnowledgeGapsService,
  ) {}

  @ForUsers()
  @Get()
  @ApiOperation({ summary: 'What the agent may tell, the latest first', description: 'Without the texts.' })
  @ApiOkResponse({ type: KnowledgeListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async list(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Query() query: ListKnowledgeQuery,
  ): Promise<KnowledgeListResponse> {
    return { success: true, ...(await this.knowledge.list(scope, accountId, query)) };
  }

  @ForUsers()
  @Get('gaps')
  @ApiOperation({
    summary: 'What customers asked for, the agent did not know, and a person answered',
    description:
      'Of the last 30 days, by topic. Offered for an entry of its own (`POST` a `faq`): nothing goes live by itself.',
  })
  @ApiOkResponse({ type: KnowledgeGapsResponse })
  @ApiErrors(401, 404, 429, 503)
  async gapsOf(@Scope() scope: TenantScope, @Param('account_id') accountId: string): Promise<KnowledgeGapsResponse> {
    return { success: true, data: await this.gaps.of(scope, accountId) };
  }

  @ForOwners()
  @Post()
  @ApiOperation({
    summary: 'Add a document',
    description:
      'A `faq` needs `question` and `answer` (or `text`), `text`, `markdown` and `html` need `text`, a `url` needs `url`. ' +
      'What is written here is approved by that, unless it speaks to an assistant; a page is fetched and waits for a review.',
  })
  @ApiCreatedResponse({ type: KnowledgeDocumentResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async create(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Body() body: CreateKnowledgeRequest,
  ): Promise<KnowledgeDocumentResponse> {
    return { success: true, data: await this.knowledge.create(scope, accountId, body) };
  }

  @ForOwners()
  @Post('files')
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: form })
  @ApiOperation({ summary: 'Add a file', description: 'Its text is read and kept, the file is not.' })
  @ApiCreatedResponse({ type: KnowledgeDocumentResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async upload(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Req() { headers, body }: FastifyRequest,
  ): Promise<KnowledgeDocumentResponse> {
    const upload = {
      contentType: headers['content-type'] ?? '',
      body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    };
    return { success: true, data: await this.knowledge.upload(scope, accountId, upload) };
  }

  @ForUsers()
  @Post('search')
  @HttpCode(200)
  @ApiOperation({ summary: 'What the agent would see for a question, and why' })
  @ApiOkResponse({ type: KnowledgeSearchResponse })
  @ApiErrors(400, 401, 404, 413, 415, 429, 503)
  async search(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Body() { q }: SearchKnowledgeRequest,
  ): Promise<KnowledgeSearchResponse> {
    return { success: true, data: await this.knowledge.find(scope, accountId, q) };
  }

  @ForUsers()
  @Get(':document_id')
  @ApiParam(documentParam)
  @ApiOperation({ summary: 'A document with its text' })
  @ApiOkResponse({ type: KnowledgeDocumentResponse })
  @ApiErrors(401, 404, 429, 503)
  async get(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Param('document_id') id: string,
  ): Promise<KnowledgeDocumentResponse> {
    return { success: true, data: await this.knowledge.get(scope, accountId, id) };
  }

  @ForOwners()
  @Patch(':document_id')
  @ApiParam(documentParam)
  @ApiOperation({
    summary: 'Change a document',
    description: 'Makes a new revision; the next answer uses it. `null` takes a language or a day away.',
  })
  @ApiOkResponse({ type: KnowledgeDocumentResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async update(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Param('document_id') id: string,
    @Body() body: UpdateKnowledgeRequest,
  ): Promise<KnowledgeDocumentResponse> {
    return { success: true, data: await this.knowledge.update(scope, accountId, id, body) };
  }

  @ForOwners()
  @Delete(':document_id')
  @ApiParam(documentParam)
  @ApiOperation({ summary: 'Delete a document', description: 'Its text and passages are gone with the answer.' })
  @ApiOkResponse({ type: KnowledgeRemovedResponse })
  @ApiErrors(401, 403, 404, 429, 503)
  async remove(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Param('document_id') id: string,
  ): Promise<KnowledgeRemovedResponse> {
    await this.knowledge.remove(scope, accountId, id);
    return { success: true, deleted: true };
  }

  @ForOwners()
  @Post(':document_id/review')
  @HttpCode(200)
  @ApiParam(documentParam)
  @ApiOperation({
    summary: 'Let the agent use a document, or not',
    description: 'Of a page that changed: to what it says now. Without `approve` it is a yes.',
  })
  @ApiOkResponse({ type: KnowledgeDocumentResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async review(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Param('document_id') id: string,
    @Body() { approve = true }: ReviewKnowledgeRequest,
  ): Promise<KnowledgeDocumentResponse> {
    return { success: true, data: await this.knowledge.review(scope, accountId, id, approve) };
  }
}
