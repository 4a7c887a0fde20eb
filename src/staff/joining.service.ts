import { hash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { AuditService } from '../audit/index.js';
import { reaches, scopeOf, type Principal, type Role } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { TransactionsService } from '../database/index.js';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors/index.js';
import { aboutStaff } from './about-staff.js';
import { foldedEmail } from './email.js';
import { PasswordsService } from './passwords.service.js';
import { SignInService, type Browser, type SignedIn } from './sign-in.service.js';
import { firstAdminLinkId } from './staff-link.schema.js';
import { StaffLinksRepository, type StaffLink } from './staff-links.repository.js';
import { EmailTakenError, LinkNotValidError } from './staff.errors.js';
import { StaffRepository } from './staff.repository.js';

const hourMs = 3_600_000;
const firstAdminMs = 24 * hourMs;
const inviteMs = 72 * hourMs;
const mostInvites = 100;

/** A new link: its address is told once, and the store knows only a hash of what opens it. */
export interface NewLink {
  link: StaffLink;
  /** A page of ours. What opens it stands behind `#`, which reaches no server and no log. */
  url: string;
}

interface Joining {
  token: string;
  name: string;
  password: string;
}

/** How people become staff: the first administrator by the installation's own link, everybody else by invitation. */
@Injectable()
export class JoiningService {
  constructor(
    private readonly staff: StaffRepository,
    private readonly links: StaffLinksRepository,
    private readonly passwords: PasswordsService,
    private readonly signIns: SignInService,
    private readonly transactions: TransactionsService,
    private readonly audit: AuditService,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * The link for the first administrator; one that was made before opens nothing any more.
   * @param caller whose tenant they will work for
   * @throws {ConflictError} somebody can sign in already: they invite the others
   */
  async firstAdminLink(caller: Principal): Promise<NewLink> {
    if (!(await this.staff.isEmpty())) throw new ConflictError('There is somebody who can sign in already.');
    const { token, ...made } = this.newLink(caller, 'admin', firstAdminMs);
    const link = { ...made, _id: firstAdminLinkId };
    await this.links.replaceFirstAdmin({ ...link, token_hash: hashOf(token) });
    await this.audit.record({ action: 'staff.first_link_made', tenant: caller.tenant });
    return { link, url: `${this.config.API_URL}/app/welcome#${token}` };
  }

  /** @throws {LinkNotValidError} */
  async beFirstAdmin({ email, ...joining }: Joining & { email: string }, browser: Browser): Promise<SignedIn> {
    return this.join('first-admin', joining, browser, foldedEmail(email));
  }

  /**
   * @throws {ForbiddenError} more than the caller may do themselves
   * @throws {EmailTakenError} they are of this tenant's staff already
   */
  async invite(caller: Principal, asked: { email: string; role: Role }): Promise<NewLink> {
    if (!reaches(caller.role, asked.role)) throw new ForbiddenError(`Only the role ${asked.role} may grant it.`);
    const email = foldedEmail(asked.email);
    if (await this.staff.hasEmail(caller.tenant, email))
      throw new EmailTakenError('Somebody signs in with this address already.');
    const { token, ...made } = this.newLink(caller, asked.role, inviteMs);
    const link = { ...made, email };
    await this.links.insert({ ...link, token_hash: hashOf(token) });
    const target = { invite_id: link._id, email, role: asked.role };
    await this.audit.record({ action: 'staff.invited', tenant: caller.tenant, target });
    return { link, url: `${this.config.API_URL}/app/invite#${token}` };
  }

  /** @throws {LinkNotValidError | EmailTakenError} */
  async accept(joining: Joining, browser: Browser): Promise<SignedIn> {
    return this.join('invite', joining, browser);
  }

  async invites(caller: Principal): Promise<StaffLink[]> {
    return this.links.invites(scopeOf(caller), mostInvites);
  }

  /** @throws {NotFoundError} */
  async takeBack(caller: Principal, id: string): Promise<void> {
    const tenant = await this.links.removeInvite(scopeOf(caller), id);
    if (tenant === null) throw new NotFoundError('There is no such invitation.');
    await this.audit.record({ action: 'staff.invitation_taken_back', tenant, target: { invite_id: id } });
  }

  private newLink(caller: Principal, role: Role, lifeMs: number): StaffLink & { token: string } {
    const now = this.clock.date();
    return {
      _id: new Types.ObjectId().toHexString(),
      token: randomBytes(24).toString('base64url'),
      tenant_id: caller.tenant,
      role,
      invited_by: caller.actor,
      created_at: now,
      expires_at: new Date(now.getTime() + lifeMs),
    };
  }

  /** The link goes and the person comes in one transaction: of two who open it at once one comes in. */
  private async join(
    kind: 'first-admin' | 'invite',
    { token, name, password }: Joining,
    browser: Browser,
    ownEmail?: string,
  ): Promise<SignedIn> {
    const stored = await this.passwords.hash(password);
    const joined = await this.transactions.run(async (transaction) => {
      const link = await this.links.redeem(hashOf(token), kind, transaction);
      const email = ownEmail ?? link?.email;
      const isTooLate = kind === 'first-admin' && !(await this.staff.isEmpty(transaction));
      if (!link || email === undefined || isTooLate)
        throw new LinkNotValidError('This link was used already, has run out, or was taken back.');
      const { tenant_id, role } = link;
      const person = await this.staff.insert({ tenant_id, role, email, name, password: stored }, transaction);
      return { person, session: await this.signIns.openFor(person, browser, transaction) };
    });
    const { person } = joined;
    const by = { actor: person._id, role: person.role, via: 'link' } as const;
    await this.audit.record({ action: 'staff.joined', ...aboutStaff(person), by });
    return joined;
  }
}

const hashOf = (token: string): string => hash('sha256', token, 'hex');
