import { useState } from 'react';
import { auditLogList, calling } from '../api/index.js';
import { dayAndTime, t, tIfKnown } from '../i18n/index.js';
import { Choice, limit, Listing } from './listing.js';

const auditAreas = [
  ...(['session', 'staff', 'account', 'settings', 'agent', 'knowledge', 'tool', 'action', 'conversation'] as const),
  ...(['label', 'canned_reply', 'message', 'person', 'erasure', 'export', 'delivery'] as const),
] as const;

/** Who did what, to what, when and from where. */
export function Audit() {
  const [action, setAction] = useState<(typeof auditAreas)[number]>();
  return (
    <>
      <div className="buttons">
        <Choice label={t('operations.action')} of={auditAreas} value={action} onChange={setAction} />
      </div>
      <Listing
        name={t('operations.audit')}
        filter={action}
        heads={[
          ...[t('operations.time'), t('operations.actor'), t('operations.action'), t('operations.target')],
          ...[t('operations.from'), t('operations.state')],
        ]}
        read={async (cursor) => (await auditLogList({ ...calling, query: { limit, cursor, action } })).data}
        row={(one) => (
          <tr key={one._id}>
            <td>{dayAndTime(one.at)}</td>
            <td>
              <bdi>{one.actor}</bdi> {one.role && <small>{tIfKnown(`role.${one.role}`) ?? one.role}</small>}
            </td>
            <td>
              <bdi>{one.action}</bdi>
              {one.changed && one.changed.length > 0 && <small className="cell-error">{one.changed.join(', ')}</small>}
            </td>
            <td dir="ltr">
              {Object.entries(one.target).map(([what, id]) => (
                <small key={what} className="cell-error">
                  {what} {id}
                </small>
              ))}
            </td>
            <td dir="ltr">{one.address}</td>
            <td>{one.status ?? ''}</td>
          </tr>
        )}
      />
    </>
  );
}
