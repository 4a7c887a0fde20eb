export { auditActions, type AuditAction } from './audit-actions.js';
export { AuditLogRepository, type AuditEntry } from './audit-log.repository.js';
export { AuditEntryView, AuditListResponse } from './audit.dto.js';
export { AuditApiModule, AuditModule } from './audit.module.js';
export { AuditService, fieldsOf, metaActor, systemActor, type AuditActor, type AuditEvent } from './audit.service.js';
