import type { StaffMember } from './staff.repository.js';

/** A person as the audit log names them: the address says who it was when they are not here any more. */
export function aboutStaff({ _id, tenant_id: tenant, email, role }: StaffMember): {
  tenant: string;
  target: Record<string, string>;
} {
  return { tenant, target: { staff_id: _id, email, role } };
}
