import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { AccountDirectoryService } from '../../src/accounts/index.js';
import { ConversationClaimsRepository } from '../../src/conversations/index.js';
import { TransactionsService } from '../../src/database/index.js';
import { OutboxService } from '../../src/dms/index.js';
import { RedisConversationLockService } from '../../src/queue/index.js';
import { startAgentScene, writesWhileItThinks, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;
let redis: Redis;

/** What nobody wrote in between of need not be looked at twice: these are the cases in which somebody did. */
beforeAll(async () => {
  scene = await startAgentScene({ services }, { quiet_ms: 0 });
  redis = new Redis(services.redisUrl);
}, 60_000);
afterAll(async () => {
  await scene?.stop();
  redis.disconnect();
});
beforeEach(() => scene.model.resetAnswers());

describe('without a quiet period the agent answers', () => {
  it('what was changed while it was thinking, as it reads now', async () => {
    const customer = scene.newCustomer();
    const question = customer.sendText('How much is the green one?');
    scene.model.answerWith(async ({ messages }) => {
      const said = JSON.stringify(messages);
      if (!said.includes('blue')) {
        customer.edit(question.mid ?? '', 'How much is the blue one?');
        await eventually(async () => expect((await scene.dmsOf(customer))[0]?.text).toContain('blue'));
      }
      return said.includes('blue') ? 'The blue one is 20.' : 'The green one is 10.';
    });
    await scene.settled(customer);

    await eventually(() => expect(scene.answersTo(customer)).toEqual(['The blue one is 20.']));
  });

  it('nothing that was taken back while it was thinking', async () => {
    const customer = scene.newCustomer();
    const said = customer.sendText('I hate this shop');
    scene.model.answerWith(async () => {
      customer.unsend(said.mid ?? '');
      await eventually(async () => expect((await scene.dmsOf(customer))[0]).toMatchObject({ unsent: true }));
      return 'Why?';
    });
    await eventually(async () => expect((await scene.dmsOf(customer))[0]?.agent_state).toBe('skipped'));
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toEqual([]);
  });

  it('what came while it was thinking, with the same reply', async () => {
    const customer = await writesWhileItThinks(scene);

    expect(scene.answersTo(customer)).toEqual(['Answer 2 to 2']);
  });

  it('each message of many at once, once and in order', async () => {
    const customer = scene.newCustomer();
    const said = Array.from({ length: 12 }, (_, n) => `line ${n}.`);
    scene.model.answerWith(({ open }) => said.filter((line) => JSON.stringify(open).includes(line)).join(' '));
    for (const line of said) customer.sendText(line);
    await scene.settled(customer);

    await eventually(() => expect(scene.answersTo(customer).join(' ')).toBe(said.join(' ')));
  });

  it('behind what was to be sent before', async () => {
    const customer = scene.newCustomer();
    customer.sendText('Hello');
    await scene.settled(customer);
    const { _id } = await scene.conversationOf(customer);
    const claims = scene.app.get(ConversationClaimsRepository);
    const account = await scene.app.get(AccountDirectoryService).get(scene.accountId);
    if (!account) throw new Error('no account');
    // A process that is gone has queued it, and holds the conversation a while longer.
    const gone = await eventually(async () => {
      const claim = await claims.claimSends(_id.toHexString(), 60_000);
      if (!claim) throw new Error('still being sent in');
      return claim;
    });
    const earlier = { source: 'api', key: `earlier:${customer.id}`, parts: [{ text: 'Earlier' }] } as const;
    await scene.app
      .get(TransactionsService)
      .run((session) =>
        scene.app.get(OutboxService).queue(session, account, customer.id, { ...earlier, parts: [...earlier.parts] }),
      );
    scene.model.answerWith(async () => {
      await claims.release('send', _id.toHexString(), gone);
      return 'Later';
    });
    customer.sendText('And now?');

    await eventually(() => expect(scene.answersTo(customer).slice(1)).toEqual(['Earlier', 'Later']));
  });

  it('nobody who is blocked, and holds the conversation for nothing', async () => {
    const customer = scene.newCustomer();
    const body = { platform: 'instagram', external_participant_id: customer.id };
    await (await scene.app.call()).post('/inbox/blocklist').send(body).expect(200);
    customer.sendText('Hello?');
    await scene.settled(customer);

    await eventually(async () => expect((await scene.conversationOf(customer)).answer_leased_until).toBeUndefined());
    expect((await scene.dmsOf(customer))[0]).toMatchObject({ agent_reason: 'blocklisted' });
    expect(scene.answersTo(customer)).toEqual([]);
    await sleep(50); // whatever is put off until an answer has begun has happened by then
    const queue = RedisConversationLockService.keyOf('instagram', scene.app.sandbox.account.igId, customer.id);
    expect(await redis.llen(queue)).toBe(0);
  });

  it('nobody whose conversation a person has taken over while it was thinking', async () => {
    const customer = scene.newCustomer();
    scene.model.answerWith(async () => {
      const { _id } = await scene.conversationOf(customer);
      const caller = await scene.app.call();
      await caller.patch(`/inbox/conversations/${_id.toHexString()}`).send({ agent_paused: true }).expect(200);
      return 'Too late';
    });
    customer.sendText('Can I talk to somebody?');
    await scene.settled(customer);

    expect((await scene.dmsOf(customer))[0]).toMatchObject({ agent_state: 'skipped', agent_reason: 'paused' });
    expect(scene.answersTo(customer)).toEqual([]);
  });

  it('in a conversation that was archived, and its customer looked up, while it was thinking, and leaves both so', async () => {
    const customer = scene.newCustomer('Nora');
    scene.model.answerWith(async () => {
      const { _id } = await scene.conversationOf(customer);
      const caller = await scene.app.call();
      await caller.patch(`/inbox/conversations/${_id.toHexString()}`).send({ archived: true }).expect(200);
      await eventually(async () => expect(await scene.conversationOf(customer)).toHaveProperty('profile_fetched_at'));
      return 'We do';
    });
    customer.sendText('Do you ship?');
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toEqual(['We do']);
    expect(await scene.conversationOf(customer)).toMatchObject({ archived: true, participant_name: 'Nora' });
  });
});
