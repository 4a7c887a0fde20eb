import mongoose from 'mongoose';
import { FetchProfileProcessor } from '../../src/dms/profiles/fetch-profile.processor.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

describe('who a conversation is with', () => {
  const services = useServices();
  let app: TestApp;
  let mongo: mongoose.mongo.MongoClient;
  const conversations = () => mongo.db(services.databaseName).collection('inbox_conversations');
  const dms = () => mongo.db(services.databaseName).collection('instagram_dms');

  beforeAll(async () => {
    mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    app = await startTestApp({ services });
    await app.connect(tenant.userId, { enabled: false });
  });
  afterAll(async () => {
    await app.stop();
    await mongo.close();
  });

  it('is filled in after the message was stored, on the message too', async () => {
    const { customer } = app.sandbox;
    customer.sendText('hello');
    const participant = { participant_id: customer.idFor() };
    await eventually(async () => {
      const found = await conversations().findOne(participant);
      expect(found).toMatchObject({ participant_name: customer.name, participant_username: customer.username });
      expect(await dms().findOne({ sender_id: customer.idFor() })).toMatchObject({ sender_name: customer.name });
    });
  });

  it('is not asked again at once when Meta does not show it, and never costs the message', async () => {
    const shy = app.sandbox.createCustomer({ username: 'shy', name: 'Shy Person' });
    app.sandbox.faults.add({ route: 'profile', mode: 'error', error: 'consent' });
    shy.sendText('hi');
    await eventually(async () => {
      const found = await conversations().findOne({ participant_id: shy.idFor() });
      expect(found?.['profile_fetched_at']).toBeInstanceOf(Date);
      expect(await dms().findOne({ sender_id: shy.idFor() })).toMatchObject({ text: 'hi', sender_name: 'User' });
    });
    app.sandbox.faults.clear();
  });

  it('is filled in by the sweep when its job was lost', async () => {
    const { customer } = app.sandbox;
    const participant = { participant_id: customer.idFor() };
    await conversations().updateOne(participant, {
      $set: { created_at: new Date(Date.now() - 600_000) },
      $unset: { profile_fetched_at: '', participant_username: '' },
    });
    await app.get(FetchProfileProcessor).fetchMissing();
    await eventually(async () =>
      expect(await conversations().findOne(participant)).toMatchObject({ participant_username: customer.username }),
    );
  });
});
