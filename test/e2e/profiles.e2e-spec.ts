import mongoose from 'mongoose';
import { MovableClock } from '#libs/clock';
import type { SandboxCustomer } from '#libs/sandbox';
import { ProfilesService } from '../../src/accounts/index.js';
import { FetchProfileProcessor } from '../../src/dms/profiles/fetch-profile.processor.js';
import { JobQueueService, SchedulerService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

describe('who a conversation is with', () => {
  const services = useServices();
  const clock = new MovableClock();
  let app: TestApp;
  let accountId: string;
  let mongo: mongoose.mongo.MongoClient;
  const conversations = () => mongo.db(services.databaseName).collection('inbox_conversations');
  const dms = () => mongo.db(services.databaseName).collection('instagram_dms');

  beforeAll(async () => {
    mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    app = await startTestApp({ services, clock, sandboxOptions: { clock } });
    accountId = await app.connect(tenant.userId, { enabled: false });
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
      $set: { created_at: new Date(clock.now() - 600_000) },
      $unset: { profile_fetched_at: '', participant_username: '' },
    });
    await app.get(FetchProfileProcessor).fetchMissing();
    await eventually(async () =>
      expect(await conversations().findOne(participant)).toMatchObject({ participant_username: customer.username }),
    );
  });

  describe('looked up some days ago', () => {
    const minuteMs = 60_000;
    const conversationOf = (person: SandboxCustomer) => conversations().findOne({ participant_id: person.idFor() });
    const lookUpsOf = (person: SandboxCustomer) =>
      app.sandbox.calls.filter(({ route, path }) => route === 'profile' && path.includes(person.idFor())).length;
    const writes = async (person: SandboxCustomer, text: string) => {
      person.sendText(text);
      await eventually(async () => expect(await conversationOf(person)).toMatchObject({ last_message: text }));
    };
    /** The next sweep, and the jobs that it made. */
    const sweep = async () => {
      clock.advance(6 * minuteMs);
      await app.get(SchedulerService).runDue();
      await eventually(async () => {
        const { active, waiting, delayed } = await app.get(JobQueueService).queue('people').getJobCounts();
        expect({ active, waiting, delayed }).toEqual({ active: 0, waiting: 0, delayed: 0 });
      });
    };
    const fourDaysLater = async (...people: SandboxCustomer[]) => {
      clock.advance(4 * 24 * 60 * minuteMs);
      // The hour that Redis remembers them for is of its own time.
      for (const person of people) await app.get(ProfilesService).forget(accountId, person.idFor());
    };
    const newPerson = async (username: string) => {
      const person = app.sandbox.createCustomer({ username, name: `First ${username}`, hasPicture: true });
      await writes(person, 'hello');
      await sweep();
      expect(await conversationOf(person)).toMatchObject({ participant_avatar: expect.any(String) });
      return person;
    };

    it('is looked up once more when they write again, and only then', async () => {
      const [back, quiet] = [await newPerson('back'), await newPerson('quiet')];
      await fourDaysLater(back, quiet);
      Object.assign(back.person, { name: 'Married Name', hasPicture: false });
      await sweep();
      expect([lookUpsOf(back), lookUpsOf(quiet)]).toEqual([1, 1]);

      await writes(back, 'It is me again');
      await writes(back, 'Are you there?');
      await sweep();

      const found = await conversationOf(back);
      expect(found).toMatchObject({ participant_name: 'Married Name', participant_username: 'back' });
      // Its old address has run out.
      expect(found).not.toHaveProperty('participant_avatar');
      await writes(back, 'Hello?');
      await sweep();
      expect([lookUpsOf(back), lookUpsOf(quiet)]).toEqual([2, 1]);

      await fourDaysLater(back);
      back.person.hasPicture = true;
      await writes(back, 'Now with a picture');
      await sweep();
      expect(await conversationOf(back)).toMatchObject({ participant_avatar: expect.stringContaining('back') });
    });

    it('is not asked for again and again when Meta does not show it any more', async () => {
      const person = await newPerson('withdrawn');
      await fourDaysLater(person);
      app.sandbox.faults.add({ route: 'profile', mode: 'error', error: 'consent' });

      for (const text of ['first', 'second', 'third']) {
        await writes(person, text);
        await sweep();
      }

      expect(lookUpsOf(person)).toBe(2);
      expect(await conversationOf(person)).toMatchObject({ participant_name: 'First withdrawn' });
      app.sandbox.faults.clear();
    });

    it('stays as it is while Meta is in trouble, and is asked for at the next sweep', async () => {
      const person = await newPerson('unlucky');
      await fourDaysLater(person);
      app.sandbox.faults.add({ route: 'profile', mode: 'error', error: 'transient' });

      await writes(person, 'hello again');
      await sweep();

      expect(lookUpsOf(person)).toBe(2);
      expect(await conversationOf(person)).toMatchObject({ participant_avatar: expect.any(String) });
      app.sandbox.faults.clear();
      await sweep();
      expect(lookUpsOf(person)).toBe(3);
    });
  });
});
