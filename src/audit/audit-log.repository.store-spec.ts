import mongoose, { type Connection } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { systemScope, tenantScope } from '../auth/index.js';
import { AuditLogRepository, type AuditFilter } from './audit-log.repository.js';
import { AUDIT, AuditSchema, type AuditRecord } from './audit.schema.js';

const services = useServices();
const clock = new MovableClock(Date.parse('2026-11-30T08:00:00.400Z'));
const minuteMs = 60_000;
const own = tenantScope('tenant-1');
let connection: Connection;
let log: AuditLogRepository;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl, { dbName: services.databaseName }).asPromise();
  const model = connection.model<AuditRecord>(AUDIT, AuditSchema);
  await model.init();
  log = new AuditLogRepository(model, clock);
  for (let n = 0; n < 12; n++) {
    await note({
      tenant_id: 'tenant-1',
      actor: n % 3 === 0 ? 'anna' : 'ben',
      action: 'message.sent',
      dm_id: String(n),
    });
    clock.advance(minuteMs);
  }
  await note({ tenant_id: 'tenant-1', action: 'staff.invited' });
  await note({ tenant_id: 'tenant-1', action: 'staff.removed', actor: 'root', role: 'admin' });
  await note({ tenant_id: 'tenant-2', action: 'staff.removed' });
  await note({ tenant_id: 'tenant-1', action: 'person.blocked', person: 'hmac:1', account_id: 'a1' });
  await note({ actor: 'root', role: undefined, action: 'POST /admin/deliveries/:id/replay' });
});
afterAll(() => connection?.close());

type Given = Partial<Pick<AuditRecord, 'tenant_id' | 'actor' | 'role' | 'action'>> & Record<string, string | undefined>;

const note = ({ tenant_id, actor = 'anna', role = 'owner', action = 'message.sent', ...target }: Given) =>
  log.append({
    ...(tenant_id ? { tenant_id } : {}),
    ...(tenant_id ? { role } : {}),
    ...{ actor, action, target: target as Record<string, string> },
  });

const actions = async (filter: Partial<AuditFilter>, scope = own) =>
  (await log.list(scope, { limit: 50, ...filter })).map(({ action }) => action);

it('shows a tenant what was done to its data, newest first and page by page, and admins everything', async () => {
  const pages: string[] = [];
  for (let before: string | undefined; ;) {
    const page = await log.list(own, { limit: 4, before });
    pages.push(...page.map(({ action, target }) => target['dm_id'] ?? action));
    before = page.at(-1)?._id;
    if (page.length < 4) break;
  }

  expect(pages).toHaveLength(15);
  expect(new Set(pages.slice(0, 3))).toEqual(new Set(['person.blocked', 'staff.removed', 'staff.invited']));
  expect(pages.slice(3)).toEqual(['11', '10', '9', '8', '7', '6', '5', '4', '3', '2', '1', '0']);
  expect(await actions({}, systemScope)).toHaveLength(17);
  expect(await actions({ tenant: 'tenant-2' }, systemScope)).toEqual(['staff.removed']);
  expect(await actions({ tenant: 'tenant-2' })).toHaveLength(15);
});

it('finds by actor, action, thing, account, customer and time', async () => {
  const start = Date.parse('2026-11-30T08:00:00.400Z');
  const dms = async (filter: Partial<AuditFilter>) =>
    (await log.list(own, { limit: 50, ...filter })).map(({ target }) => target['dm_id']);

  expect(await dms({ actor: 'anna', action: 'message.sent' })).toEqual(['9', '6', '3', '0']);
  expect((await actions({ action: 'staff' })).sort()).toEqual(['staff.invited', 'staff.removed']);
  expect(await actions({ action: 'staff.invited' })).toEqual(['staff.invited']);
  expect(await actions({ accountId: 'a1' })).toEqual(['person.blocked']);
  expect(await actions({ person: 'hmac:1' })).toEqual(['person.blocked']);
  expect(await dms({ since: new Date(start + 2 * minuteMs), until: new Date(start + 4 * minuteMs) })).toEqual([
    '3',
    '2',
  ]);
  expect(await dms({ since: new Date(start + 2 * minuteMs + 1), until: new Date(start + 4 * minuteMs + 1) })).toEqual([
    '4',
    '3',
  ]);
});

it('reads what it shows, by an index and without sorting', async () => {
  const collection = connection.collection<AuditRecord>('audit_log');
  const filters = [
    { tenant_id: 'tenant-1' },
    { tenant_id: 'tenant-1', actor: 'anna' },
    { tenant_id: 'tenant-1', action: 'staff.invited' },
    { tenant_id: 'tenant-1', 'target.account_id': 'a1' },
    { tenant_id: 'tenant-1', 'target.person': 'hmac:1' },
    { role: { $in: ['admin', null] } },
  ];
  for (const filter of filters) {
    const plan = (await collection
      .find(filter as object)
      .sort({ _id: -1 })
      .limit(3)
      .explain('executionStats')) as unknown as { executionStats: { nReturned: number; totalDocsExamined: number } };
    expect(JSON.stringify(plan.executionStats)).not.toContain('"SORT"');
    expect(plan.executionStats.totalDocsExamined).toBe(plan.executionStats.nReturned);
  }
});

it('has an admins’ part with entries of before there were roles, and outlives a tenant only there', async () => {
  const ofAdmins = async () => (await log.listOfAdmins({ limit: 50 })).map(({ action }) => action).sort();
  expect(await ofAdmins()).toEqual(['POST /admin/deliveries/:id/replay', 'staff.removed']);

  await log.removeOfTenant('tenant-1');

  expect(await actions({})).toEqual(['staff.removed']);
  expect(await actions({ tenant: 'tenant-2' }, systemScope)).toEqual(['staff.removed']);
  expect(await ofAdmins()).toHaveLength(2);
});
