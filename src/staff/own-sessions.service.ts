import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/index.js';
import { SessionsService, type Principal, type StoredSession } from '../auth/index.js';

/** Where a person is signed in, and ending that. */
@Injectable()
export class OwnSessionsService {
  constructor(
    private readonly sessions: SessionsService,
    private readonly audit: AuditService,
  ) {}

  /** The one used last first; a token has none. */
  async list(caller: Principal): Promise<StoredSession[]> {
    return this.sessions.listOf(caller);
  }

  /** Ends the session in which the caller is signed in; without one there is nothing to end. */
  async signOut(caller: Principal, sessionId: string | undefined): Promise<void> {
    if (sessionId === undefined) return;
    await this.sessions.end(caller, sessionId);
    await this.note(caller, sessionId);
  }

  /** @throws {NotFoundError} no such session of the caller's */
  async endOne(caller: Principal, id: string): Promise<void> {
    await this.sessions.endOne(caller, id);
    await this.note(caller, id);
  }

  /** All of the caller's but the one they are signed in by. @returns how many */
  async endOthers(caller: Principal, sessionId: string | undefined): Promise<number> {
    const ended = await this.sessions.endOthers(caller, sessionId);
    if (ended > 0) await this.note(caller, 'others');
    return ended;
  }

  private async note({ tenant }: Principal, sessionId: string): Promise<void> {
    await this.audit.record({ action: 'session.ended', tenant, target: { session_id: sessionId } });
  }
}
