import { createHmac } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { AuthenticatedRequest, Principal } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { currentRequest } from '../observability/index.js';
import type { AuditAction } from './audit-actions.js';
import { AuditLogRepository } from './audit-log.repository.js';
import type { AuditRecord, AuditRole, AuditTarget } from './audit.schema.js';

/** Who did it, where no request has a caller who did. */
export interface AuditActor {
  actor: string;
  role: AuditRole;
  via: Principal['via'] | 'link' | 'password' | 'dialog' | 'callback' | 'job';
}

/** What acts by itself: sweeps and jobs. */
export const systemActor: AuditActor = { actor: 'system', role: 'system', via: 'job' };

/** Meta, for somebody who told it to. */
export const metaActor: AuditActor = { actor: 'meta', role: 'meta', via: 'callback' };

/** Something that was done. */
export interface AuditEvent {
  action: AuditAction;
  /** Whose data it was done to, whoever did it. */
  tenant: string;
  /** Our ids of what it was done to: `account_id`, `conversation_id`, `dm_id`… */
  target?: AuditTarget;
  /** The channel's id of the customer it was about; a keyed hash of it is kept. */
  person?: string;
  /** Names of the fields that were written, never their values. */
  changed?: string[];
  /** Whoever sent the request, when left out; outside of one {@link systemActor}. */
  by?: AuditActor;
}

const longestUserAgent = 300;

/** Requests for which something was recorded. */
const recorded = new WeakSet<object>();

/**
 * The audit log: who did what to whom, when, and from where. Rooms say what they did once it is done; who asked and from
 * where is known of the request. A line of the log says the same, for whoever collects those, and should the store be
 * the thing that is broken: what was done is not undone for that.
 */
@Injectable()
export class AuditService {
  private readonly logger = new Logger(AuditService.name);
  private readonly personKey: Buffer;

  constructor(
    private readonly log: AuditLogRepository,
    config: AppConfig,
  ) {
    this.personKey = config.JWT_SECRET.deriveKey('audit target v1');
  }

  async record({ action, tenant, target = {}, person, changed, by }: AuditEvent): Promise<void> {
    const request = currentRequest() as AuthenticatedRequest | undefined;
    if (request) recorded.add(request);
    await this.append({
      tenant_id: tenant,
      ...actorOf(by ?? request?.principal ?? systemActor),
      action,
      target: { ...target, ...(person === undefined ? {} : { person: this.hidden(person) }) },
      ...(changed ? { changed } : {}),
      ...(request ? originOf(request) : {}),
    });
  }

  /** A request as a whole, of which no room has said anything. */
  async recordRequest(
    request: AuthenticatedRequest,
    principal: Principal,
    about: Pick<AuditRecord, 'action' | 'target' | 'status'>,
  ): Promise<void> {
    await this.append({ ...actorOf(principal), ...about, ...originOf(request) });
  }

  /** Whether a room has said what it did for this request. */
  isRecorded(request: object): boolean {
    return recorded.has(request);
  }

  /**
   * What stands in entries for a customer, whom an erasure must reach everywhere while entries are never changed: a keyed
   * hash, by which entries about the same one are still found.
   */
  hidden(personId: string): string {
    return `hmac:${createHmac('sha256', this.personKey).update(personId).digest('hex')}`;
  }

  private async append(entry: Omit<AuditRecord, '_id' | 'at'>): Promise<void> {
    this.logger.log({ msg: 'audit', ...entry });
    await this.log.append(entry).catch((error: unknown) => {
      this.logger.error({ msg: 'what was done could not be written to the audit log', ...entry, err: error });
    });
  }
}

function actorOf({ actor, role, via }: AuditActor | Principal): Pick<AuditRecord, 'actor' | 'role' | 'via'> {
  return { actor, role, via };
}

function originOf({
  ip,
  headers,
  id,
}: AuthenticatedRequest): Pick<AuditRecord, 'address' | 'user_agent' | 'request_id'> {
  const userAgent = headers['user-agent']?.slice(0, longestUserAgent);
  return { address: ip, ...(userAgent ? { user_agent: userAgent } : {}), request_id: id };
}

/** Names of the fields that a body brings: a DTO's instance carries all that it declares. */
export function fieldsOf(body: object): string[] {
  return Object.entries(body).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}
