import { createHmac, randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import mongoose, { type Connection } from 'mongoose';
import { useServices } from '../../../test/support/services.js';
import { Secret, type AppConfig } from '../../config/index.js';
import { rotateStoredTokens } from '../tokens/rotate-stored-tokens.js';
import { SubjectHashesService } from './subject-hashes.service.js';
import { SubjectKeyRepository } from './subject-key.repository.js';

const services = useServices();
const person = '17841400000000001';
const jwt = new Secret('the-first-secret-of-all');
const anotherJwt = new Secret('the-secret-after-it');
const newKey = (): string => randomBytes(32).toString('base64');

let connection: Connection;
let key: string;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
});
beforeEach(async () => {
  key = newKey();
  await connection.dropDatabase();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => connection?.close());

/** A process that has just started with these secrets. */
async function started(secrets: { jwt: Secret; key: string; previous?: string[] }): Promise<SubjectHashesService> {
  const config = {
    JWT_SECRET: secrets.jwt,
    ENCRYPTION_KEY: new Secret(secrets.key),
    ENCRYPTION_KEYS_PREVIOUS: (secrets.previous ?? []).map((previous) => new Secret(previous)),
  } as AppConfig;
  connection.deleteModel(/SubjectKey/);
  const hashes = new SubjectHashesService(SubjectKeyRepository.over(connection), config);
  await hashes.onApplicationBootstrap();
  return hashes;
}

it('recognises a person when JWT_SECRET has changed since', async () => {
  const noted = await (await started({ jwt, key })).of(person);

  const later = await started({ jwt: anotherJwt, key });

  expect(await later.everyOf(person)).toContain(noted);
  expect(await later.of(person)).toBe(noted);
});

it('recognises a person when the encryption key was rotated since and the old one is gone', async () => {
  const noted = await (await started({ jwt, key })).of(person);
  const [old, active] = [key, newKey()];
  const place = { databaseUrl: services.databaseUrl, databaseName: services.databaseName, activeKey: active };

  const whileRotating = await started({ jwt, key: active, previous: [old] });
  expect(await whileRotating.of(person)).toBe(noted);
  expect(await rotateStoredTokens({ ...place, previousKeys: [old] })).toMatchObject({ rotated: 1, unreadable: [] });

  expect(await (await started({ jwt: anotherJwt, key: active })).of(person)).toBe(noted);
});

it('recognises whom an earlier version noted, also after JWT_SECRET has changed', async () => {
  const noted = createHmac('sha256', jwt.deriveKey('erasure subject v1')).update(person).digest('hex');

  await started({ jwt, key });

  expect(await (await started({ jwt: anotherJwt, key })).everyOf(person)).toContain(noted);
});

it('gives all processes that start at once the same key', async () => {
  const all = await Promise.all([jwt, anotherJwt, jwt].map((secret) => started({ jwt: secret, key })));

  expect(new Set(await Promise.all(all.map((hashes) => hashes.of(person)))).size).toBe(1);
});

it('notes a person also while the encryption key is missing, says so, and the rotation names what it can’t open', async () => {
  await started({ jwt, key });
  const said = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const active = newKey();

  const without = await started({ jwt, key: active });

  expect(said).toHaveBeenCalledWith(
    expect.objectContaining({ msg: expect.stringContaining('ENCRYPTION_KEYS_PREVIOUS') }),
  );
  const noted = await without.of(person);
  expect(await (await started({ jwt, key })).everyOf(person)).toContain(noted);
  const place = { databaseUrl: services.databaseUrl, databaseName: services.databaseName, activeKey: active };
  expect(await rotateStoredTokens({ ...place, previousKeys: [] })).toMatchObject({
    unreadable: [{ what: expect.stringContaining('erased people') }],
  });
});
