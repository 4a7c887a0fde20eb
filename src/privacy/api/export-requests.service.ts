import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Injectable, Logger } from '@nestjs/common';
import { AccountsRepository, AccountsService } from '../../accounts/index.js';
import { AuditService } from '../../audit/index.js';
import { scopeOf, tenantScope, type Principal, type TenantScope } from '../../auth/index.js';
import { ConflictError, ForbiddenError, InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { JobQueueService } from '../../queue/index.js';
import { ExportsRepository, type Export, type WantedExport } from '../export/exports.repository.js';
import type { ExportRequestDto } from './exports.dto.js';

const decompress = promisify(gunzip);
/** Each is a copy of what may be all of a tenant's data. */
const mostExports = 10;

/** Asking for a file with everything of a customer, an account or a tenant, and fetching it. */
@Injectable()
export class ExportRequestsService {
  private readonly logger = new Logger(ExportRequestsService.name);

  constructor(
    private readonly exports: ExportsRepository,
    private readonly accounts: AccountsService,
    private readonly records: AccountsRepository,
    private readonly queue: JobQueueService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The same request is the same export until that is done.
   * @throws {NotFoundError} the account, or the tenant, is not there or not the caller's
   * @throws {ForbiddenError} somebody who is no admin names a tenant
   * @throws {ConflictError} the tenant has as many as are kept
   */
  async ask(caller: Principal, request: ExportRequestDto): Promise<Export> {
    const wanted = await this.wanted(caller, request);
    const open = await this.exports.findOpen(wanted);
    if (open) return open;
    if ((await this.exports.list(tenantScope(wanted.user_id), mostExports)).length >= mostExports)
      throw new ConflictError(`At most ${mostExports} exports are kept; they go after seven days.`);
    const made = await this.exports.insert(wanted);
    await this.queue.add('export-data', { export_id: made._id });
    const { user_id: tenant, account_ids: ids, participant_id: person } = wanted;
    const target = { export_id: made._id, ...(wanted.kind !== 'tenant' && ids[0] ? { account_id: ids[0] } : {}) };
    await this.audit.record({ action: 'export.asked', tenant, target, ...(person ? { person } : {}) });
    this.logger.log({ msg: 'export asked for', export_id: made._id, kind: made.kind });
    return made;
  }

  async list(scope: TenantScope): Promise<Export[]> {
    return this.exports.list(scope, 100);
  }

  /** @throws {NotFoundError} */
  async get(scope: TenantScope, id: string): Promise<Export> {
    const found = await this.exports.find(scope, id);
    if (!found) throw new NotFoundError('There is no such export, or it is not kept any more.');
    return found;
  }

  /**
   * The file, line by line as NDJSON, read while it is sent.
   * @throws {NotFoundError}
   * @throws {ConflictError} it is not done
   */
  async open(scope: TenantScope, id: string): Promise<AsyncGenerator<Buffer>> {
    const found = await this.get(scope, id);
    if (found.state !== 'done') throw new ConflictError('This export is not done yet.');
    await this.audit.record({ action: 'export.downloaded', tenant: found.user_id, target: { export_id: id } });
    return this.linesOf(found);
  }

  private async *linesOf(found: Export): AsyncGenerator<Buffer> {
    for await (const piece of this.exports.read(found)) yield await decompress(piece);
  }

  private async wanted(
    caller: Principal,
    { account_id, participant_id, tenant }: ExportRequestDto,
  ): Promise<WantedExport> {
    if (tenant !== undefined) {
      if (caller.role !== 'admin') throw new ForbiddenError('tenant is for the role admin.');
      if (account_id !== undefined || participant_id !== undefined)
        throw new InvalidRequestError('expected tenant alone', [{ field: 'tenant', expected: 'to stand alone' }]);
      return this.ofTenant(tenant);
    }
    if (account_id === undefined) {
      if (participant_id === undefined) return this.ofTenant(caller.tenant);
      const expected = 'the account that the customer wrote to';
      throw new InvalidRequestError(`account_id: expected ${expected}`, [{ field: 'account_id', expected }]);
    }
    const { _id, user_id } = await this.accounts.getOwned(scopeOf(caller), account_id);
    const about = { user_id, account_ids: [_id] };
    return participant_id === undefined ? { kind: 'account', ...about } : { kind: 'person', ...about, participant_id };
  }

  private async ofTenant(userId: string): Promise<WantedExport> {
    const ids = await this.records.idsOfUser(userId);
    if (ids.size === 0) throw new NotFoundError('There is no such tenant, or it never had an account.');
    return { kind: 'tenant', user_id: userId, account_ids: [...ids].sort() };
  }
}
