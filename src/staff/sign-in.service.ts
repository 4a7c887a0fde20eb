import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { AuditService, type AuditActor } from '../audit/index.js';
import { SessionsService, type OpenedSession, type Principal } from '../auth/index.js';
import { TransactionsService } from '../database/index.js';
import { ConflictError, ForbiddenError, InvalidRequestError } from '../errors/index.js';
import { aboutStaff } from './about-staff.js';
import { foldedEmail } from './email.js';
import { PasswordsService } from './passwords.service.js';
import { SignInThrottleService } from './sign-in-throttle.service.js';
import { SignInRefusedError } from './staff.errors.js';
import { StaffRepository, type StaffMember } from './staff.repository.js';

/** Where a person sits, as far as the request tells. */
export interface Browser {
  address: string;
  userAgent: string;
}

/** Somebody who has just come in. */
export interface SignedIn {
  person: StaffMember;
  session: OpenedSession;
}

/** Who could not show who they are. */
const somebody: AuditActor = { actor: 'unknown', role: 'unknown', via: 'password' };

/** Signing in by password, and changing it. */
@Injectable()
export class SignInService {
  constructor(
    private readonly staff: StaffRepository,
    private readonly passwords: PasswordsService,
    private readonly throttle: SignInThrottleService,
    private readonly sessions: SessionsService,
    private readonly transactions: TransactionsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * @throws {SignInRefusedError} in the same words and after the same work, whatever was wrong
   * @throws {TooManyRequestsError}
   */
  async signIn(given: { email: string; password: string }, browser: Browser): Promise<SignedIn> {
    const email = foldedEmail(given.email);
    const found = await this.staff.findForSignIn(email);
    const isRight = await this.throttle.counting(
      email,
      browser.address,
      async () => (await this.passwords.isRight(given.password, found?.password)) && !found?.person.disabled_at,
    );
    if (!found) throw refused();
    const { person, password } = found;
    if (!isRight) {
      // Not waited for: an address that nobody has is refused as fast.
      void this.audit.record({ action: 'session.refused', ...aboutStaff(person), by: somebody });
      throw refused();
    }
    const session = await this.transactions.run(async (transaction) => {
      if (!(await this.staff.claimSignIn(person._id, password, transaction))) throw refused();
      return this.openFor(person, browser, transaction);
    });
    const target = { session_id: session.sessionId };
    const by = { actor: person._id, role: person.role, via: 'password' } as const;
    await this.audit.record({ action: 'session.opened', tenant: person.tenant_id, target, by });
    return { person, session };
  }

  /** A session for somebody whose right to it the transaction has seen. */
  openFor(person: StaffMember, browser: Browser, transaction: ClientSession): Promise<OpenedSession> {
    const holder = { staffId: person._id, tenantId: person.tenant_id, role: person.role };
    return this.sessions.open(holder, browser.userAgent, transaction);
  }

  /**
   * Ends all of the person's sessions and opens a new one.
   * @throws {ForbiddenError} the caller is no person
   * @throws {InvalidRequestError} the present password is another
   */
  async changePassword(
    caller: Principal,
    { current_password: current, new_password: wanted }: { current_password: string; new_password: string },
    browser: Browser,
  ): Promise<SignedIn> {
    if (caller.via !== 'session') throw new ForbiddenError('A token has no password: sign in.');
    const found = await this.staff.findWithPassword(caller.actor);
    const check = () => this.passwords.isRight(current, found?.password);
    if (!(await this.throttle.counting(caller.actor, browser.address, check)) || !found) {
      const expected = 'the present password';
      throw new InvalidRequestError(`current_password: expected ${expected}`, [
        { field: 'current_password', expected },
      ]);
    }
    const { person, password: from } = found;
    const to = await this.passwords.hash(wanted);
    const session = await this.transactions.run(async (transaction) => {
      if (!(await this.staff.setPassword(person._id, { from, to }, transaction)))
        throw new ConflictError('The password was changed elsewhere in the meantime.');
      await this.sessions.endAllOf(person._id, transaction);
      return this.openFor(person, browser, transaction);
    });
    const target = { session_id: session.sessionId };
    await this.audit.record({ action: 'staff.password_changed', tenant: person.tenant_id, target });
    return { person, session };
  }
}

const refused = (): SignInRefusedError => new SignInRefusedError('The address or the password is not right.');
