import { Injectable } from '@nestjs/common';
import { AccountCallsService, AccountsService, type AccountSummary } from '../accounts/index.js';
import { AuditService } from '../audit/index.js';
import type { TenantScope } from '../auth/index.js';
import { InvalidRequestError } from '../errors/index.js';
import { pageOf } from '../paging/index.js';
import { TemplateSyncService } from './template-sync.service.js';
import { TemplatesRepository, type Template, type TemplatePosition } from './templates.repository.js';
import type { CreateTemplateDto, ListTemplatesQuery } from './templates.dto.js';
import type { TemplateView } from './templates.responses.js';

export interface TemplateList {
  data: TemplateView[];
  next_cursor: string | null;
}

/** An account's templates, for dashboards. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly calls: AccountCallsService,
    private readonly sync: TemplateSyncService,
    private readonly templates: TemplatesRepository,
    private readonly audit: AuditService,
  ) {}

  /**
   * By name and language, as the channel listed them within the hour; it is asked first where that is longer ago.
   * @throws {NotFoundError | NotOnChannelError | UpstreamError} the last where `refresh` was asked for
   */
  async list(scope: TenantScope, query: ListTemplatesQuery): Promise<TemplateList> {
    const { account_id: id, name, status, refresh, limit, cursor } = query;
    const after = cursor === undefined ? undefined : positionIn(cursor);
    const account = await this.accounts.getOwned(scope, id);
    this.sync.facetOf(account, 'account_id');
    if (refresh) await this.sync.sync(account);
    else if (!after) await this.sync.syncIfOld(account);
    const filter = { ...(name === undefined ? {} : { name }), ...(status === undefined ? {} : { status }) };
    const found = await this.templates.page(account._id, filter, { after, limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, cursorAt);
    return { data: data.map((template) => this.view(account, template)), next_cursor };
  }

  /** @throws {NotFoundError | NotOnChannelError | AccountNotUsableError | UpstreamError} the last with Meta's codes */
  async create(scope: TenantScope, { account_id: id, ...draft }: CreateTemplateDto): Promise<TemplateView> {
    const account = await this.accounts.getOwned(scope, id);
    const facet = this.sync.facetOf(account, 'account_id');
    const { name, language, category, parameter_format: parameterFormat, components } = draft;
    const made = await this.calls.asking(account._id, (access) =>
      facet.create(access, { name, language, category, parameterFormat, components }),
    );
    const template = await this.templates.add(account, {
      ...{ template_id: made.id, name, language, status: made.status, category: made.category ?? category, components },
    });
    const target = { account_id: account._id, template: name };
    await this.audit.record({ action: 'template.created', tenant: account.user_id, target });
    return this.view(account, template);
  }

  private view(account: AccountSummary, template: Template): TemplateView {
    const { template_id: id, name, language, status, category, reason, quality, components, synced_at } = template;
    const { header, body, named, buttons, unsupported } = this.sync.facetOf(account, 'account_id').slotsOf(template);
    return {
      ...{ id, name, language, status, category, reason, quality, components },
      parameters: { ...(header ? { header } : {}), body, named, buttons: buttons.map(({ type }) => type) },
      can_be_sent: status === 'APPROVED' && unsupported === undefined,
      synced_at: synced_at.getTime() === 0 ? undefined : synced_at.toISOString(),
    };
  }
}

function cursorAt({ name, language }: TemplatePosition): string {
  return Buffer.from(`${name}\n${language}`).toString('base64url');
}

function positionIn(cursor: string): TemplatePosition {
  const [name, language] = Buffer.from(cursor, 'base64url').toString().split('\n');
  if (!name || !language)
    throw new InvalidRequestError('cursor: expected a next_cursor', [{ field: 'cursor', expected: 'a next_cursor' }]);
  return { name, language };
}
