import { startAgentScene, writesToABrokenModel, writesWhileItThinks, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;

const askedBy = (text: string) => scene.model.asked.filter(({ messages }) => JSON.stringify(messages).includes(text));

beforeAll(async () => {
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => {
  scene.model.resetAnswers();
  scene.model.clearFaults();
  scene.model.latencyMs = 0;
});

describe('the agent answers', () => {
  it('a question, once, after showing that it was seen and is being answered', async () => {
    const customer = scene.newCustomer('Mara');
    scene.model.latencyMs = 300;
    customer.sendText('When are you open?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));

    expect(scene.answersTo(customer)[0]).toContain('Tuesday to Saturday');
    const shown = scene.app.sandbox.calls.filter(({ body }) => JSON.stringify(body ?? '').includes(customer.id));
    expect(shown.map(({ body }) => (body as { sender_action?: string }).sender_action ?? 'message')).toEqual([
      'mark_seen',
      'typing_on',
      'message',
    ]);
    await scene.settled(customer);
    const [question, answer] = await scene.dmsOf(customer);
    expect(question).toMatchObject({ direction: 'inbound', agent_state: 'answered' });
    expect(answer).toMatchObject({ direction: 'outbound', source: 'agent', status: 'sent', manual_dm: false });
  });

  it('and says how many messages still wait for one', async () => {
    const waiting = async () => {
      const { text } = await (await scene.app.call(null)).get('/metrics').expect(200);
      return /^dm_backlog\{kind="unanswered"\} (\d+)$/m.exec(text)?.[1];
    };
    scene.model.latencyMs = 800;
    const customer = scene.newCustomer();
    customer.sendText('When are you open?');
    await eventually(async () => expect(await waiting()).toBe('1'));
    await scene.settled(customer);
    expect(await waiting()).toBe('0');
  });

  it('a burst of three with one reply to all of them', async () => {
    await scene.settings({ quiet_ms: 700 });
    const customer = scene.newCustomer();
    customer.sendText('hi burst-of-three');
    customer.sendText('are you open today?');
    customer.sendText('and do you do gift wrapping?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toHaveLength(1);
    expect(scene.answersTo(customer)[0]).toMatch(/Tuesday to Saturday.*Gift wrapping/s);
    expect(askedBy('burst-of-three')).toHaveLength(1);
    await scene.settings({ quiet_ms: 60 });
  });

  it('what was written while it was thinking, with the same reply', async () => {
    const customer = await writesWhileItThinks(scene);

    expect(scene.answersTo(customer)).toEqual(['Answer 2 to 2']);
  });

  it('somebody who never stops writing, after two thoughts thrown away', async () => {
    const customer = scene.newCustomer();
    let asked = 0;
    scene.model.answerWith(async ({ open }) => {
      asked += 1;
      if (asked <= 3) await scene.stored(customer.sendText(`more ${asked}`));
      return `Answer ${asked} to ${open.length}`;
    });
    customer.sendText('start');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(2));
    await scene.settled(customer);

    expect(scene.answersTo(customer)[0]).toBe('Answer 3 to 3');
    expect(scene.answersTo(customer)).toHaveLength(2);
  });

  it('buttons, quick replies, replies to stories and pictures for what they are', async () => {
    const customer = scene.newCustomer();
    customer.tapButton({ title: 'Track my order', payload: 'TRACK_ORDER' });
    await eventually(() => expect(scene.answersTo(customer)[0]).toContain('number from your confirmation'));
    customer.sendPicture(undefined, { text: 'Look at mine!' });
    await eventually(() => expect(scene.answersTo(customer)[1]).toContain('beautiful'));
    customer.replyToStory('Is the blue mug back?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(3));

    const user = scene.model.asked.at(-1)?.messages.filter(({ role }) => role === 'user') ?? [];
    const told = user.map(({ content }) => JSON.parse(content as string) as Record<string, unknown>);
    expect(told[0]).toMatchObject({ chose: { title: 'Track my order', payload: 'TRACK_ORDER' } });
    expect(told[1]).toMatchObject({ text: 'Look at mine!', sent: ['picture'] });
    expect(told[2]).toMatchObject({ text: 'Is the blue mug back?', answers_our_story: true });
  });

  it('a voice message by what it says, where the account wants that', async () => {
    await scene.settings({ transcribe_voice: true });
    const customer = scene.newCustomer();
    customer.sendAudio();
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
    expect(scene.answersTo(customer)[0]).toContain('Shipping takes');
    await scene.settings({ transcribe_voice: null });
  });

  it('with all earlier talk of the conversation, but not with what was taken back', async () => {
    const customer = scene.newCustomer();
    customer.sendText('My name is Ada');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
    const secret = customer.sendText('my card is 4111-1111');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(2));
    await customer.unsend(secret.mid ?? '').delivered;
    customer.sendText('What is my name?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(3));

    const seen = JSON.stringify(scene.model.asked.at(-1)?.messages);
    expect(seen).toContain('My name is Ada');
    expect(seen).toContain(scene.answersTo(customer)[0]?.slice(0, 20));
    expect(seen).not.toContain('4111');
  });

  it('with nothing of other conversations', async () => {
    const [one, two] = [scene.newCustomer(), scene.newCustomer()];
    one.sendText('my secret word is zebrafish');
    await eventually(() => expect(scene.answersTo(one)).toHaveLength(1));
    two.sendText('what did the other customer say?');
    await eventually(() => expect(scene.answersTo(two)).toHaveLength(1));

    expect(JSON.stringify(scene.model.asked.at(-1)?.messages)).not.toContain('zebrafish');
  });

  it('long, in several messages of at most 1000 bytes, in order', async () => {
    const customer = scene.newCustomer();
    customer.sendText('Please tell me everything about candle care');
    await eventually(() => expect(scene.answersTo(customer).length).toBeGreaterThan(1));
    await scene.settled(customer);

    const parts = scene.answersTo(customer);
    for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(1_000);
    expect(parts[0]).toMatch(/^Happy to!/);
    expect(parts.at(-1)).toMatch(/know more about\?$/);
  });
});

describe('the agent stays silent', () => {
  it('about what was taken back before it answered', async () => {
    await scene.settings({ quiet_ms: 700 });
    const customer = scene.newCustomer();
    const said = customer.sendText('oops');
    await scene.stored(said);
    customer.unsend(said.mid ?? '');
    await eventually(async () =>
      expect((await scene.dmsOf(customer))[0]).toMatchObject({ agent_state: 'skipped', agent_reason: 'unsent' }),
    );
    await scene.settings({ quiet_ms: 60 });

    expect(scene.answersTo(customer)).toEqual([]);
  });

  it('but not because Instagram itself has greeted a new customer', async () => {
    const customer = scene.newCustomer();
    scene.model.answerWith(async () => {
      await scene.app.sandbox.account.replyFromInstagramApp(customer, 'Hi! Thanks for your message.').delivered;
      await eventually(async () =>
        expect(await scene.dmsOf(customer)).toEqual(
          expect.arrayContaining([expect.objectContaining({ is_automatic: true })]),
        ),
      );
      return 'We open at nine.';
    });
    customer.sendText('When do you open?');
    await eventually(() => expect(scene.answersTo(customer)).toEqual(['We open at nine.']));
    scene.model.resetAnswers();
  });

  it('once a person has answered, also when it was thinking already, until it is handed back', async () => {
    const customer = scene.newCustomer();
    // The very first words of a conversation are not answered by a person within moments.
    customer.sendText('Hello');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
    await scene.settled(customer);
    const { conversation_id } = (await scene.dmsOf(customer))[0] ?? {};
    await scene.db.collection('instagram_dms').updateMany({ conversation_id }, { $inc: { timestamp: -60_000 } });
    scene.model.answerWith(async () => {
      await scene.app.sandbox.account.replyFromInstagramApp(customer, 'Hi, this is Ida!').delivered;
      await eventually(async () =>
        expect((await scene.conversationOf(customer)).agent_paused_reason).toBe('human_reply'),
      );
      return 'Too late';
    });
    customer.sendText('Anybody there?');
    await eventually(async () =>
      expect((await scene.dmsOf(customer)).find(({ text }) => text === 'Anybody there?')).toMatchObject({
        agent_state: 'skipped',
        agent_reason: 'paused',
      }),
    );
    customer.sendText('Thanks Ida');
    await scene.settled(customer);
    expect(scene.answersTo(customer)).toHaveLength(1);

    scene.model.resetAnswers();
    const { _id } = await scene.conversationOf(customer);
    await (
      await scene.app.call()
    )
      .patch(`/inbox/conversations/${_id.toHexString()}`)
      .send({ agent_paused: false })
      .expect(200);
    customer.sendText('When do you open?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(2));
  });

  it('in a conversation that a person here has begun', async () => {
    const customer = scene.newCustomer();
    customer.sendText('Hello from before', { webhook: false });
    const recipient_id = customer.idFor(scene.app.sandbox.account);
    const caller = await scene.app.call();
    await caller
      .post('/instagram-dms/send')
      .send({ recipient_id, platform_account_id: scene.accountId, message_text: 'Ida here. Shall I call you?' })
      .expect(200);

    customer.sendText('Yes please');

    await eventually(async () =>
      expect(await scene.dmsOf(customer)).toContainEqual(
        expect.objectContaining({ text: 'Yes please', agent_state: 'skipped', agent_reason: 'paused' }),
      ),
    );
    expect(scene.answersTo(customer)).toEqual(['Ida here. Shall I call you?']);
  });

  it('while the account has it switched off', async () => {
    await scene.settings({ enabled: false });
    const customer = scene.newCustomer();
    customer.sendText('Hello?');
    await scene.settled(customer);
    await scene.settings({ enabled: true });

    expect(scene.answersTo(customer)).toEqual([]);
    expect((await scene.dmsOf(customer))[0]).toMatchObject({
      agent_state: 'skipped',
      agent_reason: 'account_agent_off',
    });
  });

  it('towards people on the blocklist', async () => {
    const customer = scene.newCustomer();
    const body = { platform: 'instagram', external_participant_id: customer.id };
    await (await scene.app.call()).post('/inbox/blocklist').send(body).expect(200);
    customer.sendText('Hello?');
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toEqual([]);
    expect((await scene.dmsOf(customer))[0]).toMatchObject({ agent_reason: 'blocklisted' });
  });

  it('about hearts, reactions and what the account says to itself', async () => {
    const customer = scene.newCustomer();
    customer.sendLike();
    scene.app.sandbox.account.messageSelf('note to self');
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toEqual([]);
    expect(scene.app.sandbox.sends.some(({ text }) => text?.includes('note to self'))).toBe(false);
  });
});

describe('hand-over', () => {
  it('tells a customer who asks for a person so in the account’s words, and steps back', async () => {
    await scene.settings({ hand_over_text: 'One of us will be with you.' });
    const customer = scene.newCustomer();
    const asked = scene.model.asked.length;
    customer.sendText('I want to talk to a human, please!');
    await eventually(() => expect(scene.answersTo(customer)).toEqual(['One of us will be with you.']));
    customer.sendText('Hello?');
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toHaveLength(1);
    expect(scene.model.asked).toHaveLength(asked);
    expect(await scene.conversationOf(customer)).toMatchObject({ agent_paused_reason: 'customer_request' });
    await scene.settings({ hand_over_text: null });
  });

  it('steps back when the model asks for a person, and never shows how it did', async () => {
    const customer = scene.newCustomer();
    scene.model.answerWith('That sounds serious, a colleague takes over.\n[[HANDOVER]]');
    customer.sendText('The candle set my table on fire');
    await eventually(() => expect(scene.answersTo(customer)).toEqual(['That sounds serious, a colleague takes over.']));
    expect(await scene.conversationOf(customer)).toMatchObject({ agent_paused_reason: 'customer_request' });
  });
});

describe('when the model fails', () => {
  it('by saying nothing fit to send, the customer gets silence where the account wants that', async () => {
    await scene.settings({ when_unanswered: 'silence' });
    const customer = scene.newCustomer();
    scene.model.answerWith('Pay at https://evil.example.com/now');
    customer.sendText('How do I pay?');
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toEqual([]);
    expect((await scene.dmsOf(customer))[0]).toMatchObject({ agent_state: 'skipped', agent_reason: 'withheld_link' });
    await scene.settings({ when_unanswered: null });
  });

  it('by saying what may not be sent, it is told why and asked once more', async () => {
    const customer = scene.newCustomer();
    const systemOf = (messages: { role: string; content?: unknown }[]): string => JSON.stringify(messages[0]?.content);
    const before = scene.model.asked.length;
    scene.model.answerWith(({ messages }) =>
      systemOf(messages).includes('was not sent') ? 'You can pay at the till.' : 'Pay at https://evil.example.com/now',
    );
    customer.sendText('How do I pay?');
    await eventually(() => expect(scene.answersTo(customer)).toEqual(['You can pay at the till.']));

    const asked = scene.model.asked.slice(before).map(({ messages }) => systemOf(messages));
    expect(asked).toHaveLength(2);
    expect(asked[1]).toContain('a link');
    expect(JSON.stringify(scene.model.asked.at(-1)?.messages)).not.toContain('evil.example.com');
  });

  it('by saying what may not be sent twice, it is not asked a third time', async () => {
    const customer = scene.newCustomer();
    const before = scene.model.asked.length;
    scene.model.answerWith('Pay at https://evil.example.com/now');
    customer.sendText('How do I pay?');
    await scene.settled(customer);

    expect(scene.model.asked.length - before).toBe(2);
  });

  it('for a moment, the answer comes all the same', async () => {
    const customer = scene.newCustomer();
    scene.model.fail({ mode: 'server_error', count: 1 });
    customer.sendText('When are you open?');
    await eventually(() => expect(scene.answersTo(customer)[0]).toContain('Tuesday'), 20_000);
  }, 30_000);

  it.each([['rate_limit'], ['server_error'], [401], [400]] as const)(
    'for good (%s), the customer gets the account’s fallback once, then silence, never an error',
    async (mode) => {
      const customer = await writesToABrokenModel(scene, mode);

      expect(scene.answersTo(customer)).toEqual(['Thank you! We will answer shortly.']);
    },
  );

  it('and is well again, answers come again though it was left alone for a while', async () => {
    await eventually(async () => {
      const customer = scene.newCustomer();
      customer.sendText('When are you open?');
      await scene.settled(customer);
      expect(scene.answersTo(customer)[0]).toContain('Tuesday');
    }, 20_000);
  });
});
