import type { AuditEvent } from '../../audit/index.js';
import { isProvisional } from '../outbound/outbox.service.js';
import type { DmRecord } from '../dm.schema.js';

type About = Pick<DmRecord, '_id' | 'user_id' | 'platform_account_id' | 'conversation_id'> &
  Pick<DmRecord, 'direction' | 'sender_id' | 'recipient_id'>;

/** A DM as the audit log names it. */
export function aboutDm(dm: About): Pick<AuditEvent, 'tenant' | 'target' | 'person'> {
  const person = dm.direction === 'inbound' ? dm.sender_id : dm.recipient_id;
  return {
    tenant: dm.user_id,
    target: { account_id: dm.platform_account_id, conversation_id: dm.conversation_id, dm_id: String(dm._id) },
    ...(isProvisional(person) ? {} : { person }),
  };
}
