import { Injectable } from '@nestjs/common';
import { ApiKeysRepository, SessionsService } from '../auth/index.js';
import { StaffLinksRepository } from './staff-links.repository.js';
import { StaffRepository } from './staff.repository.js';

/** Part of erasing a tenant: the people who signed in for it go with it, and its programs' keys. Safe to do again. */
@Injectable()
export class StaffErasureService {
  constructor(
    private readonly staff: StaffRepository,
    private readonly links: StaffLinksRepository,
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeysRepository,
  ) {}

  /** Nobody can come in while their records go: keys and links first, then people, then what is left of their sessions. */
  async eraseTenant(tenantId: string): Promise<void> {
    await this.apiKeys.removeOfTenant(tenantId);
    await this.links.removeOfTenant(tenantId);
    await this.staff.removeOfTenant(tenantId);
    await this.sessions.endAllOfTenant(tenantId);
  }
}
