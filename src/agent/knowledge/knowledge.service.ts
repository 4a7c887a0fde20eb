import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountsService, UserSettingsService, type AccountSummary } from '../../accounts/index.js';
import { AuditService, type AuditAction } from '../../audit/index.js';
import type { TenantScope } from '../../auth/index.js';
import { ConflictError, InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { pageOf } from '../../paging/index.js';
import { dayIn } from '../context/local-time.js';
import { KnowledgeContextService } from './knowledge-context.service.js';
import { readText, type ReadText } from './knowledge-text.js';
import type {
  CreateKnowledgeRequest,
  KnowledgeDocumentView,
  KnowledgeSearchView,
  UpdateKnowledgeRequest,
} from './knowledge.dto.js';
import { KnowledgeFullError } from './knowledge.errors.js';
import { KnowledgeRepository, type KnowledgeChange, type KnowledgeDocument } from './knowledge.repository.js';
import { KnowledgeSearchPort } from './knowledge-search.port.js';
import { readHtml } from './read-html.js';
import { flaggedIn } from './suspicious-text.js';
import { readUpload, type Upload } from './uploaded-file.js';

/** Documents an account may have. */
export const maxDocuments = 2_000;
const shownPassages = 8;
const tries = 3;

type Written = Pick<CreateKnowledgeRequest, 'text' | 'question' | 'answer' | 'url'>;

/** An account's knowledge, for its owner. Another tenant's account or document looks as if it did not exist. */
@Injectable()
export class KnowledgeService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly settings: UserSettingsService,
    private readonly knowledge: KnowledgeRepository,
    private readonly context: KnowledgeContextService,
    private readonly search: KnowledgeSearchPort,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @throws {NotFoundError} no such account */
  async list(scope: TenantScope, accountId: string, { cursor, limit }: { cursor?: string; limit: number }) {
    const { _id } = await this.accounts.getOwned(scope, accountId);
    const found = await this.knowledge.list(scope, _id, { before: cursor, limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, (last) => last._id);
    return { data: data.map(viewOf), next_cursor };
  }

  /**
   * What an owner writes is approved by being written, unless it speaks to an assistant; a page is fetched and waits.
   * @throws {NotFoundError} no such account
   * @throws {InvalidRequestError} a text of the kind's is missing, or the days are the wrong way round
   * @throws {KnowledgeFullError}
   */
  async create(scope: TenantScope, accountId: string, request: CreateKnowledgeRequest): Promise<KnowledgeDocumentView> {
    const account = await this.accounts.getOwned(scope, accountId);
    const { kind, title, language, valid_from, valid_until, question } = request;
    checkDays(valid_from, valid_until);
    const about = { kind, title, language, valid_from, valid_until, ...ownersOf(account) };
    if (kind === 'url') {
      const url = needed(request, 'url');
      const waiting = { ...nothingRead, state: 'pending' as const, review: 'pending' as const };
      return this.insert({ ...about, ...waiting, url, fetch_at: this.clock.date() });
    }
    return this.insert({
      ...about,
      ...(kind === 'faq' ? { question } : {}),
      ...reviewed(readText(markdownOf(kind, request))),
    });
  }

  /**
   * @throws {NotFoundError} no such account
   * @throws {InvalidRequestError | UnreadableFileError} there is no file in it that can be read
   * @throws {KnowledgeFullError}
   */
  async upload(scope: TenantScope, accountId: string, upload: Upload): Promise<KnowledgeDocumentView> {
    const account = await this.accounts.getOwned(scope, accountId);
    const { name, text, title: found, fields } = await readUpload(upload);
    const { title = found ?? name.replace(/\.\w{1,5}$/, ''), language, valid_from, valid_until } = fields;
    checkUploadFields(fields);
    checkDays(valid_from, valid_until);
    const about = { title: title.slice(0, 200) || name, language, valid_from, valid_until, file_name: name };
    return this.insert({ kind: 'file', ...about, ...ownersOf(account), ...reviewed(readText(text)) });
  }

  /** @throws {NotFoundError} */
  async get(scope: TenantScope, accountId: string, id: string): Promise<KnowledgeDocumentView> {
    const { _id } = await this.accounts.getOwned(scope, accountId);
    return viewOf(await this.documentOf(scope, _id, id));
  }

  /**
   * Writes a new revision; the one before is gone.
   * @throws {NotFoundError}
   * @throws {InvalidRequestError} there is nothing to change, or it does not fit the kind
   */
  async update(
    scope: TenantScope,
    accountId: string,
    id: string,
    patch: UpdateKnowledgeRequest,
  ): Promise<KnowledgeDocumentView> {
    return this.changing('knowledge.changed', scope, accountId, id, (document) => this.changeFor(document, patch));
  }

  /** @throws {NotFoundError} */
  async remove(scope: TenantScope, accountId: string, id: string): Promise<void> {
    const { _id, user_id } = await this.accounts.getOwned(scope, accountId);
    if (!(await this.knowledge.remove(scope, _id, id))) throw new NotFoundError('There is no such document.');
    await this.note('knowledge.removed', { _id: id, account_id: _id, user_id });
  }

  /**
   * An owner's yes or no to what the agent would be shown; of a page that changed, to what it says now.
   * @throws {NotFoundError}
   * @throws {ConflictError} there is nothing to read in it yet
   */
  async review(scope: TenantScope, accountId: string, id: string, approve: boolean): Promise<KnowledgeDocumentView> {
    return this.changing('knowledge.reviewed', scope, accountId, id, ({ draft, state }) => {
      if (!approve) return draft ? { draft: undefined } : { review: 'rejected' };
      if (draft) return { ...readText(draft.text), review: 'approved', draft: undefined };
      if (state !== 'ready') throw new ConflictError('There is nothing in it to read.');
      return { review: 'approved' };
    });
  }

  /** What the agent would see of it, and why. @throws {NotFoundError} no such account */
  async find(scope: TenantScope, accountId: string, q: string): Promise<KnowledgeSearchView> {
    const account = await this.accounts.getOwned(scope, accountId);
    const settings = await this.settings.agentSettings(account);
    const shown = await this.context.of(account._id, settings, [q]);
    if (!shown) return { whole: true, passages: [] };
    const day = dayIn(settings.timezone, this.clock.date());
    const found =
      shown.found ?? (await this.search.find({ accountId: account._id, day, queries: [q], count: shownPassages }));
    const passages = found.map(({ passage: { id: passageId, document_id, title, heading, text }, words }) => ({
      ...{ id: passageId, document_id, title, heading, text, words },
    }));
    return { whole: shown.whole, passages };
  }

  private async insert(document: Parameters<KnowledgeRepository['insert']>[0]): Promise<KnowledgeDocumentView> {
    const inserted = await this.knowledge.insert(document, maxDocuments);
    if (!inserted) throw new KnowledgeFullError(`An account has ${maxDocuments} documents at most.`);
    await this.note('knowledge.added', inserted);
    return viewOf(inserted);
  }

  private async documentOf(scope: TenantScope, accountId: string, id: string): Promise<KnowledgeDocument> {
    const document = await this.knowledge.find(scope, accountId, id);
    if (!document) throw new NotFoundError('There is no such document.');
    return document;
  }

  /** Somebody may write to it at the same moment, a fetched page too: then it is read again. */
  private async changing(
    action: AuditAction,
    scope: TenantScope,
    accountId: string,
    id: string,
    changeFor: (document: KnowledgeDocument) => KnowledgeChange,
  ): Promise<KnowledgeDocumentView> {
    const { _id } = await this.accounts.getOwned(scope, accountId);
    for (let tried = 0; tried < tries; tried++) {
      const document = await this.documentOf(scope, _id, id);
      const change = changeFor(document);
      const changed = await this.knowledge.change(document, change);
      if (!changed) continue;
      await this.note(action, changed, Object.keys(change));
      return viewOf(changed);
    }
    throw new ConflictError('It is being changed by somebody else.');
  }

  private async note(
    action: AuditAction,
    { _id, account_id, user_id: tenant }: Pick<KnowledgeDocument, '_id' | 'account_id' | 'user_id'>,
    changed?: string[],
  ): Promise<void> {
    await this.audit.record({ action, tenant, target: { account_id, document_id: _id }, changed });
  }

  private changeFor(document: KnowledgeDocument, patch: UpdateKnowledgeRequest): KnowledgeChange {
    const written = Object.fromEntries(
      Object.entries(patch).flatMap(([name, value]) => (value === undefined ? [] : [[name, value ?? undefined]])),
    ) as Omit<UpdateKnowledgeRequest, 'language' | 'valid_from' | 'valid_until'> & KnowledgeChange;
    if (Object.keys(written).length === 0)
      throw new InvalidRequestError('There is nothing to change in this request.', [
        { field: 'body', expected: 'at least one field' },
      ]);
    checkDays(
      'valid_from' in written ? written.valid_from : document.valid_from,
      'valid_until' in written ? written.valid_until : document.valid_until,
    );
    const { text, question, answer, url, ...about } = written;
    const { kind } = document;
    if (kind === 'url') {
      refuse({ text, question, answer }, kind);
      if (url === undefined) return about;
      const waiting = { ...nothingRead, state: 'pending' as const, review: 'pending' as const, draft: undefined };
      return { ...about, ...waiting, url, fetch_at: this.clock.date() };
    }
    refuse({ url, ...(kind === 'faq' ? {} : { question, answer }) }, kind);
    const now = answer ?? text;
    const asked = question === undefined ? {} : { question };
    if (now === undefined) return { ...about, ...asked };
    return { ...about, ...asked, ...reviewed(readText(kind === 'html' ? readHtml(now).text : now)) };
  }
}

const nothingRead = { text: '', passages: [], warnings: [], content_hash: '', reason: undefined };

function ownersOf({ _id, user_id }: AccountSummary) {
  return { account_id: _id, user_id };
}

function reviewed(read: ReadText) {
  return { ...read, review: read.warnings.length > 0 ? ('pending' as const) : ('approved' as const) };
}

function markdownOf(kind: 'faq' | 'text' | 'markdown' | 'html', request: CreateKnowledgeRequest): string {
  if (kind === 'faq') return request.answer ?? needed(request, 'text');
  const text = needed(request, 'text');
  return kind === 'html' ? readHtml(text).text : text;
}

function needed(request: Written, field: keyof Written): string {
  const value = request[field];
  if (value === undefined || value.trim() === '')
    throw new InvalidRequestError(`${field}: is needed for this kind`, [
      { field, expected: 'is needed for this kind' },
    ]);
  return value;
}

function refuse(fields: Written, kind: string): void {
  const [field] = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (field === undefined) return;
  const expected = `is not a field of the kind ${kind}`;
  throw new InvalidRequestError(`${field}: ${expected}`, [{ field, expected }]);
}

function checkDays(from: string | undefined, until: string | undefined): void {
  if (from === undefined || until === undefined || from <= until) return;
  const expected = 'must not be before valid_from';
  throw new InvalidRequestError(`valid_until: ${expected}`, [{ field: 'valid_until', expected }]);
}

function checkUploadFields(fields: Record<string, string>): void {
  const rules: Record<string, RegExp> = {
    title: /^.{1,200}$/su,
    language: /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/,
    valid_from: /^\d{4}-\d\d-\d\d$/,
    valid_until: /^\d{4}-\d\d-\d\d$/,
  };
  for (const [field, value] of Object.entries(fields)) {
    const expected = rules[field] ? 'has the wrong form' : 'is not a known field';
    if (!rules[field]?.test(value)) throw new InvalidRequestError(`${field}: ${expected}`, [{ field, expected }]);
  }
}

function viewOf(document: KnowledgeDocument): KnowledgeDocumentView {
  const {
    _id,
    passages,
    user_id: _owner,
    account_id: _account,
    content_hash: _hash,
    fetch_at: _due,
    ...shown
  } = document;
  const { draft, ...rest } = shown;
  const { content_hash: _draftHash, ...draftView } = draft ?? { content_hash: '' };
  return {
    id: _id,
    ...rest,
    ...flaggedOf(rest),
    ...(draft ? { draft: { ...draftView, ...flaggedOf(draft) } as KnowledgeDocumentView['draft'] } : {}),
    passages: passages.length,
  };
}

/** In lists there is no text, and nothing to mark in it. */
function flaggedOf({ text, warnings }: { text?: string; warnings: string[] }): { flagged?: string[] } {
  return text && warnings.length > 0 ? { flagged: flaggedIn(text) } : {};
}
