import { hash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { NotFoundError } from '../../errors/index.js';
import type { Identity } from '../identity.service.js';
import type { Principal, Role } from '../principal.js';
import { SessionsRepository, type StoredSession } from './sessions.repository.js';

const hourMs = 3_600_000;
/** Nobody sits there any more. */
const idleMs = 12 * hourMs;
/** However busy: once in a while everybody shows their password again. */
const longestMs = 14 * 24 * hourMs;
/** How exactly it is known when a session was last used; each note is a write. */
const noteEveryMs = 5 * 60_000;

/** What a browser gets for a new session. */
export interface OpenedSession {
  /** For its cookie alone; the store knows only the hash. */
  token: string;
  sessionId: string;
  maxAgeS: number;
}

/** Who a session is opened for. */
export interface SessionHolder {
  staffId: string;
  tenantId: string;
  role: Role;
}

/** Sign-ins that last: opened, recognised by their token, listed, and ended at any time. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly repository: SessionsRepository,
    private readonly clock: Clock,
  ) {}

  /** @param transaction in which the person was seen to be allowed in */
  async open(holder: SessionHolder, userAgent: string, transaction: ClientSession): Promise<OpenedSession> {
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.date();
    const sessionId = await this.repository.insert(
      {
        token_hash: hashOf(token),
        staff_id: holder.staffId,
        tenant_id: holder.tenantId,
        role: holder.role,
        user_agent: userAgent.slice(0, 300),
        created_at: now,
        seen_at: now,
        expires_at: new Date(now.getTime() + idleMs),
      },
      transaction,
    );
    return { token, sessionId, maxAgeS: longestMs / 1000 };
  }

  /** @returns whose session this token is, `null` when it is nobody's (any more) */
  async verify(token: string): Promise<Identity | null> {
    const now = this.clock.date();
    const session = await this.repository.findLive(hashOf(token), now);
    if (!session) return null;
    const expiresAt = await this.noteUse(session, now);
    const { staff_id: actor, tenant_id: tenant, role } = session;
    const principal: Principal = { tenant, actor, role, via: 'session' };
    return { principal, expiresAtS: Math.floor(expiresAt.getTime() / 1000), sessionId: session._id };
  }

  /** A token has none. */
  async listOf(caller: Principal): Promise<StoredSession[]> {
    return this.repository.listOf(caller.actor, this.clock.date());
  }

  /** Ends the session in which the caller is signed in; without one there is nothing to end. */
  async end(caller: Principal, sessionId: string | undefined): Promise<void> {
    if (sessionId !== undefined) await this.repository.remove(caller.actor, sessionId);
  }

  /** @throws {NotFoundError} no such session of the caller's */
  async endOne(caller: Principal, id: string): Promise<void> {
    if (!(await this.repository.remove(caller.actor, id))) throw new NotFoundError('There is no such session.');
  }

  /** All of the caller's but the one they are signed in by. @returns how many */
  async endOthers(caller: Principal, sessionId: string | undefined): Promise<number> {
    return this.repository.removeAllOf(caller.actor, sessionId === undefined ? {} : { but: sessionId });
  }

  /** All of a person's, where what they may do has changed. */
  async endAllOf(staffId: string, transaction: ClientSession): Promise<void> {
    await this.repository.removeAllOf(staffId, { transaction });
  }

  /** Part of erasing a tenant. */
  async endAllOfTenant(tenantId: string): Promise<void> {
    await this.repository.removeOfTenant(tenantId);
  }

  /** Which of these sessions are still good: for what stays open longer than a request. */
  async liveAmong(ids: string[]): Promise<Set<string>> {
    return ids.length === 0 ? new Set() : this.repository.liveAmong(ids, this.clock.date());
  }

  /** @returns when it ends */
  private async noteUse(session: StoredSession, now: Date): Promise<Date> {
    if (now.getTime() - session.seen_at.getTime() < noteEveryMs) return session.expires_at;
    const end = Math.min(now.getTime() + idleMs, session.created_at.getTime() + longestMs);
    const expiresAt = new Date(end);
    await this.repository.touch(session._id, now, expiresAt);
    return expiresAt;
  }
}

const hashOf = (token: string): string => hash('sha256', token, 'hex');
