import { AuditLogRepository } from '../../src/audit/index.js';
import { DeadLettersRepository } from '../../src/queue/index.js';
import { DeliveryLogRepository } from '../../src/deliveries/index.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, type TestApp } from '../support/test-app.js';

describe('lists for admins', () => {
  const services = useServices();
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp({ services });
    for (const n of ['1', '2', '3']) {
      await app
        .get(DeadLettersRepository)
        .record({ kind: 'job', subject: 'keep-media', reason: 'job_failed', payload: { n } });
      const act = { actor: 'admin-of-this-spec', action: `POST /${n}`, target: {}, status: 200, request_id: n };
      await app.get(AuditLogRepository).append(act);
      const id = `6740c0de6740c0de6740c0d${n}`;
      const empty = { payload: '{}', events: 0, accountIds: [], receivedAt: new Date() };
      await app.get(DeliveryLogRepository).insertMany([{ id, ...empty, state: 'parked' }]);
    }
  });
  afterAll(() => app?.stop());

  it.each([['deliveries'], ['dead-letters'], ['audit-log?actor=admin-of-this-spec']])(
    'lead from page to page and say which is the last, also when it is full: /admin/%s',
    async (path) => {
      const call = await app.call(admin);
      const page = async (query: Record<string, unknown>) =>
        (await call.get(`/admin/${path}`).query(query).expect(200)).body as {
          data: { _id: string }[];
          next_cursor: string | null;
        };

      const all = await page({ limit: 3 });
      const first = await page({ limit: 2 });
      const second = await page({ limit: 2, cursor: first.next_cursor });

      expect(all).toMatchObject({ success: true, next_cursor: null });
      expect(all.data).toHaveLength(3);
      expect(first.next_cursor).toBe(first.data[1]?._id);
      expect([...first.data, ...second.data]).toEqual(all.data);
      expect(second.next_cursor).toBeNull();
    },
  );
});
