import { useServices } from '../support/services.js';
import { startTestApp } from '../support/test-app.js';
import { withMongo } from '../support/embedded-servers.js';

jest.setTimeout(60_000);
const services = useServices();

async function saidAtStart(): Promise<string[]> {
  const app = await startTestApp({ services, env: { RETENTION_DAYS: '7' } });
  await app.stop();
  return app.logs.filter((line) => line.includes('indexes that this version does not use'));
}

it('a start names the indexes that only slow writes down, and keeps them: an older process may need them', async () => {
  expect(await saidAtStart()).toEqual([]);

  await withMongo(services.databaseUrl, async (client) => {
    const conversations = client.db(services.databaseName).collection('inbox_conversations');
    await conversations.createIndex({ user_id: 1, updated_at: -1 });

    const [said, ...more] = await saidAtStart();
    expect(JSON.parse(said ?? '{}')).toMatchObject({
      level: 'warn',
      collection: 'inbox_conversations',
      indexes: ['user_id_1_updated_at_-1'],
    });
    expect(more).toEqual([]);
    expect(await conversations.indexExists('user_id_1_updated_at_-1')).toBe(true);
  });
});
