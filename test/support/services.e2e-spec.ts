import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { useServices } from './services.js';

const services = useServices();

describe('useServices', () => {
  it('gives a MongoDB of this run, with transactions, and an empty database named after the file', async () => {
    const client = await mongoose.mongo.MongoClient.connect(services.mongoUrl);
    try {
      expect(services.databaseName).toMatch(/^services_e2e-spec_ts_[0-9a-f]{10}$/);
      expect(client.db().databaseName).toBe(services.databaseName);
      expect(await client.db().listCollections().toArray()).toEqual([]);
      await client.withSession((session) =>
        session.withTransaction(() => client.db().collection('dms').insertOne({ text: 'hello' }, { session })),
      );
    } finally {
      await client.close();
    }
  });

  it('gives an empty Redis database on a server of this run', async () => {
    const redis = new Redis(services.redisUrl);
    try {
      expect(await redis.dbsize()).toBe(0);
      expect(new URL(services.redisUrl).hostname).toBe('127.0.0.1');
      expect(new URL(services.redisUrl).port).not.toBe('6379');
      expect(Number(new URL(services.redisUrl).pathname.slice(1))).toBeGreaterThan(0);
    } finally {
      redis.disconnect();
    }
  });
});
