import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import type { TenantScope } from '../../auth/index.js';
import { NotFoundError } from '../../errors/index.js';
import { JobQueueService } from '../../queue/index.js';
import { AccountsRepository } from '../accounts.repository.js';
import { AccountsService } from '../accounts.service.js';
import { ErasuresRepository, type Erasure } from './erasures.repository.js';
import { SubjectHashesService } from './subject-hashes.service.js';

export interface ErasureRequest {
  kind: Erasure['kind'];
  /** The tenant whose data it is. */
  userId: string;
  accountIds: string[];
  /** Whom or what it is about. */
  subjectId: string;
}

/** Erasing that tenants and admins ask for, beside what Meta asks for on a person's behalf. */
@Injectable()
export class ErasureRequestsService {
  private readonly logger = new Logger(ErasureRequestsService.name);

  constructor(
    private readonly erasures: ErasuresRepository,
    private readonly accounts: AccountsRepository,
    private readonly accountsService: AccountsService,
    private readonly subjects: SubjectHashesService,
    private readonly queue: JobQueueService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The same request is the same erasure until that is done, and after it as long as nothing new is there to erase.
   * @param isSomethingLeft asked of one that is done
   */
  async ask(request: ErasureRequest, isSomethingLeft: () => Promise<boolean>): Promise<Erasure> {
    const { kind, userId, accountIds, subjectId } = request;
    const about = JSON.stringify([kind, userId, kind === 'person' ? accountIds : [], subjectId]);
    for (let previous = ''; ;) {
      const erasure = await this.erasures.insertOnce({
        code: randomBytes(16).toString('hex'),
        request_hash: await this.subjects.of(`${about} ${previous}`),
        subject_hash: await this.subjects.of(subjectId),
        kind,
        user_id: userId,
        subject_id: subjectId,
        account_ids: accountIds,
      });
      if (erasure.state === 'done' && (await isSomethingLeft())) {
        previous = erasure._id;
        continue;
      }
      if (erasure.state !== 'done') await this.queue.add('erase-person', { erasure_id: erasure._id });
      await this.audit.record({
        action: 'erasure.asked',
        tenant: userId,
        target: { erasure_id: erasure._id, ...(kind === 'tenant' ? {} : { account_id: accountIds[0] ?? '' }) },
        ...(kind === 'person' ? { person: subjectId } : {}),
      });
      this.logger.log({ msg: 'erasure asked for', erasure_id: erasure._id, kind, state: erasure.state });
      return erasure;
    }
  }

  /**
   * Everything about an account that is disconnected, its record too.
   * @throws {NotFoundError}
   */
  async ofAccount(scope: TenantScope, idOrIgId: string): Promise<Erasure> {
    const { _id: id, user_id: userId } = await this.accountsService.getOwned(scope, idOrIgId);
    const isThere = async (): Promise<boolean> => (await this.accounts.findById(id)) !== null;
    return this.ask({ kind: 'account', userId, accountIds: [id], subjectId: id }, isThere);
  }

  /** Whether there is a receipt of this kind. */
  async wasAsked(kind: Erasure['kind'], userId: string): Promise<boolean> {
    return this.erasures.exists(kind, userId);
  }

  /** The receipt. @throws {NotFoundError} */
  async get(scope: TenantScope, id: string): Promise<Erasure> {
    const erasure = await this.erasures.findOwned(scope, id);
    if (!erasure) throw new NotFoundError('There is no such erasure.');
    return erasure;
  }
}
