/**
 * What is written down, as `thing.what_happened`. Readers filter by one of these, or by the thing before the dot; a room
 * that does something new adds its own.
 */
export const auditActions = [
  'session.opened',
  'session.refused',
  'session.ended',
  'staff.invited',
  'staff.invitation_taken_back',
  'staff.joined',
  'staff.changed',
  'staff.removed',
  'staff.password_changed',
  'staff.first_link_made',
  'account.connected',
  'account.changed',
  'account.disconnected',
  'account.deauthorized',
  'settings.changed',
  'agent.changed',
  'knowledge.added',
  'knowledge.changed',
  'knowledge.reviewed',
  'knowledge.removed',
  'tool.declared',
  'tool.removed',
  'tool.tried',
  'action.approved',
  'action.refused',
  'action.carried_out',
  'conversation.changed',
  'conversation.taken_over',
  'conversation.handed_back',
  'label.added',
  'label.changed',
  'label.removed',
  'canned_reply.added',
  'canned_reply.changed',
  'canned_reply.removed',
  'template.created',
  'message.sent',
  'message.changed',
  'message.deleted',
  'message.resolved',
  'person.blocked',
  'person.unblocked',
  'erasure.asked',
  'erasure.done',
  'export.asked',
  'export.done',
  'export.downloaded',
  'delivery.read',
] as const;

export type AuditAction = (typeof auditActions)[number];

/** `staff` of `staff.invited`. */
export const auditThings = [...new Set(auditActions.map((action) => action.replace(/\..*/, '')))];
