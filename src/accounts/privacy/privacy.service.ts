import { randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AuditService, metaActor } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { NotFoundError } from '../../errors/index.js';
import { JobQueueService } from '../../queue/index.js';
import { AccountChangesService, changeOf } from '../account-changes.service.js';
import type { AccountRecord } from '../account.schema.js';
import { AccountsRepository } from '../accounts.repository.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { UserSettingsRepository } from '../settings/user-settings.repository.js';
import { ErasuresRepository, type Erasure } from './erasures.repository.js';
import { openSignedRequest, type SignedRequest } from './signed-request.js';
import { SubjectHashesService } from './subject-hashes.service.js';

/** What Meta does on a person's behalf: take the app's access away, ask for their data to be deleted. */
@Injectable()
export class PrivacyService {
  private readonly logger = new Logger(PrivacyService.name);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly settings: UserSettingsRepository,
    private readonly erasures: ErasuresRepository,
    private readonly subjects: SubjectHashesService,
    private readonly changes: AccountChangesService,
    private readonly alerts: AlertsService,
    private readonly queue: JobQueueService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * The person removed the app on Meta's side: their accounts' tokens are wiped and nothing is sent or asked any more.
   * What they connected again since is not meant: the same request, or an older one, changes nothing then.
   * @throws {BadSignedRequestError}
   */
  async deauthorize(signedRequest: unknown): Promise<void> {
    const request = this.opened(signedRequest);
    for (const account of await this.accounts.findByAppScopedId(request.userId)) {
      if (!(await this.release(account, 'the app was removed on Instagram', request))) continue;
      await this.alerts.raise('deauthorized', {
        account_id: account._id.toHexString(),
        text: `The owner of @${account.username} removed the app on Instagram. Its history stays; connect it again to go on.`,
      });
    }
  }

  /**
   * A person asks for their data to be deleted. Meta names them by an app-scoped id: of the owner of an account here,
   * or of a customer. The same request again is the same erasure, and nothing is released or erased by it anew; of
   * accounts that were connected since it was made it asks nothing.
   * @throws {BadSignedRequestError}
   */
  async requestDeletion(signedRequest: unknown): Promise<{ url: string; confirmation_code: string }> {
    const request = this.opened(signedRequest);
    const own = await this.accounts.findByAppScopedId(request.userId);
    const meant = own.filter(({ connected_at: at }) => !request.issuedBefore || at < request.issuedBefore);
    const code = randomBytes(16).toString('hex');
    const erasure = await this.erasures.insertOnce({
      code,
      request_hash: request.hash,
      subject_hash: await this.subjects.of(request.userId),
      kind: own.length > 0 ? 'account' : 'person',
      subject_id: request.userId,
      ...(own.length > 0 ? { account_ids: meant.map(({ _id }) => _id.toHexString()) } : {}),
    });
    const isNew = erasure.code === code;
    for (const account of isNew ? meant : [])
      await this.release(account, 'its owner asked for deletion on Instagram', request);
    if (erasure.state !== 'done') await this.queue.add('erase-person', { erasure_id: erasure._id });
    this.logger.log({ msg: 'deletion requested', erasure_id: erasure._id, kind: erasure.kind });
    return { url: `${this.config.API_URL}/meta/data-deletion/${erasure.code}`, confirmation_code: erasure.code };
  }

  /**
   * The end of erasing an account: what this room holds of it, the record last, so that a run cut short finds it again.
   * @param requestedAt what its owner has connected again since then was not meant, and stays
   */
  async removeAccount(accountId: string, requestedAt: Date): Promise<boolean> {
    const account = await this.accounts.findById(accountId);
    if (!account || account.connected_at > requestedAt) return false;
    await this.settings.removeConfig(account.user_id, accountId);
    await this.alerts.forget(accountId);
    const removed = await this.accounts.remove(accountId, requestedAt);
    await this.changes.announce(changeOf(account));
    return removed;
  }

  /** What a tenant leaves behind beside its accounts; of one that has connected an account again the settings stay. */
  async removeTenant(userId: string): Promise<void> {
    if ((await this.accounts.idsOfUser(userId)).size === 0) await this.settings.remove(userId);
  }

  /** Whether its owner has connected the account again since then. */
  async isConnectedSince(accountId: string, since: Date): Promise<boolean> {
    const account = await this.accounts.findById(accountId);
    return account !== null && account.connected_at > since;
  }

  /** When this person last asked to be erased: what is older must not be fetched from Meta again. */
  async erasedAt(personId: string): Promise<Date | undefined> {
    return this.erasures.latestRequestOf(await this.subjects.everyOf(personId));
  }

  /** The same of several people at once, ms; of those who never asked there is nothing. */
  async erasedAtOf(personIds: readonly string[]): Promise<Map<string, number>> {
    const hashes = await Promise.all(personIds.map(async (id) => [id, await this.subjects.everyOf(id)] as const));
    const requests = await this.erasures.latestRequestsOf(hashes.flatMap(([, all]) => all));
    return new Map(
      hashes.flatMap(([id, all]) => {
        const times = all.flatMap((hash) => requests.get(hash)?.getTime() ?? []);
        return times.length > 0 ? [[id, Math.max(...times)] as const] : [];
      }),
    );
  }

  /** @throws {NotFoundError} */
  async getErasure(code: string): Promise<Erasure> {
    const erasure = /^[0-9a-f]{32}$/.test(code) ? await this.erasures.findByCode(code) : null;
    if (!erasure) throw new NotFoundError('There is no deletion request with this code.');
    return erasure;
  }

  private async release(account: AccountRecord, reason: string, request: SignedRequest): Promise<boolean> {
    const accountId = account._id.toHexString();
    const released = await this.accounts.release(accountId, reason, this.clock.date(), request);
    if (!released) return false;
    await this.changes.announce(changeOf(released));
    await this.settings.markConfigDeleted(released.user_id, accountId);
    await this.alerts.clearAll(accountId);
    const about = { tenant: released.user_id, target: { account_id: accountId } };
    await this.audit.record({ action: 'account.deauthorized', ...about, by: metaActor });
    return true;
  }

  private opened(signedRequest: unknown): SignedRequest {
    return openSignedRequest(
      signedRequest,
      this.config.APP_SECRETS.map((secret) => secret.reveal()),
    );
  }
}
