import type { ConversationView } from '../../src/inbox/index.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { EventStream } from '../support/event-stream.js';
import { useServices } from '../support/services.js';
import { tenant } from '../support/test-app.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;
let conversationId: string;

const said = (answer: Record<string, unknown>) =>
  JSON.stringify({ outcome: 'answer', text: '', sources: [], covers: 'all', language: 'en', ...answer });

/** A customer who writes once, and what they got. */
async function write(text: string) {
  const customer = scene.newCustomer();
  await scene.stored(customer.sendText(text));
  await scene.settled(customer);
  conversationId = String((await scene.conversationOf(customer))._id);
  return { customer, got: scene.answersTo(customer) };
}

async function conversation(): Promise<ConversationView> {
  const { body } = await (await scene.app.call()).get(`/inbox/conversations/${conversationId}`).expect(200);
  return (body as { data: ConversationView }).data;
}

const alert = () => scene.db.collection('alerts').findOne({ _id: `handed_over:${conversationId}` } as never);

beforeAll(async () => {
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => {
  scene.model.resetAnswers();
  scene.model.clearFaults();
});

describe('a customer who asks for a person', () => {
  it('is told in their language that one will come, without the model, and the inbox knows why', async () => {
    const stream = await EventStream.open(`${scene.app.url}/inbox/stream`, {
      authorization: `Bearer ${await scene.app.token(tenant)}`,
    });
    await eventually(() => expect(stream.named('ready')).toHaveLength(1));
    const asked = scene.model.asked.length;
    const { got } = await write('Kann ich bitte mit einem Mitarbeiter sprechen?');

    expect(got).toEqual(['Eine Kollegin oder ein Kollege antwortet hier.']);
    expect(scene.model.asked).toHaveLength(asked);
    const shown = await conversation();
    expect(shown).toMatchObject({
      agent_paused: true,
      agent_paused_reason: 'customer_request',
      handed_over: {
        reason: 'customer_request',
        summary: 'Kann ich bitte mit einem Mitarbeiter sprechen?',
        missing: null,
      },
    });
    // A promise is no answer.
    expect(shown.waiting_since).not.toBeNull();
    await eventually(async () =>
      expect(await alert()).toMatchObject({ account_id: scene.accountId, conversation_id: conversationId }),
    );
    await eventually(() => {
      const told = stream.named('conversation').map(({ data }) => data['conversation'] as ConversationView);
      const reasons = told.filter(({ id }) => id === conversationId).map(({ handed_over: to }) => to?.reason);
      expect(reasons).toContain('customer_request');
    });
    stream.close();
  });

  it('goes back to the agent when a person hands the conversation back, and nobody is waited for', async () => {
    const { customer } = await write('I want to talk to a human, please!');
    await eventually(async () => expect(await alert()).not.toBeNull());
    await (await scene.app.call()).patch(`/inbox/conversations/${conversationId}`).send({ agent_paused: false });

    expect(await conversation()).toMatchObject({ handed_over: null, agent_paused: false });
    await eventually(async () => expect((await alert())?.['cleared_at']).toBeInstanceOf(Date));
    scene.model.answerWith('We open at nine.');
    customer.sendText('When do you open?');
    await eventually(() => expect(scene.answersTo(customer)).toContain('We open at nine.'));
    await scene.settled(customer);
    expect((await conversation()).waiting_since).toBeNull();
  });

  it('is heard by the model in any language, which says why and sums up', async () => {
    scene.model.answerWith(
      said({
        ...{ outcome: 'hand_over', text: 'Isang kasamahan ang sasagot sa iyo.', language: 'tl', covers: 'none' },
        ...{ reason: 'customer_request', summary: 'Wants to speak about a broken mug.', missing: 'refunds' },
      }),
    );
    const { got } = await write('Gusto kong makausap ang isang tao');

    expect(got).toEqual(['Isang kasamahan ang sasagot sa iyo.']);
    expect((await conversation()).handed_over).toMatchObject({
      ...{ reason: 'customer_request', summary: 'Wants to speak about a broken mug.', missing: 'refunds' },
    });
  });

  it('is told so though the model leaves the words to us', async () => {
    scene.model.answerWith(said({ outcome: 'hand_over', text: '', language: 'fr', reason: 'complaint' }));
    const { got } = await write('Ma bougie est arrivée cassée');
    expect(got).toEqual(['Une personne de notre équipe vous répondra ici.']);
    expect((await conversation()).handed_over).toMatchObject({ reason: 'complaint' });
  });

  it('is told so though the model is away', async () => {
    scene.model.fail({ mode: 'server_error' });
    const { got } = await write('Is this a real person?');
    expect(got).toEqual(['A colleague will answer you here.']);
  });
});

describe('praise', () => {
  it('that holds a phrase is answered, not handed over', async () => {
    scene.model.answerWith('Thank you, that made our day!');
    const { got } = await write('Your customer service is great, nice to talk to a real person');

    expect(got).toEqual(['Thank you, that made our day!']);
    expect(await conversation()).toMatchObject({ agent_paused: false, handed_over: null });
  });
});

describe('a question', () => {
  it('is not left in silence by a model that chooses it', async () => {
    scene.model.answerWith(said({ outcome: 'silent' }));
    const { got } = await write('Where is my order');

    expect(got).toEqual(['A colleague will answer you here.']);
    expect((await conversation()).handed_over).toMatchObject({ reason: 'withheld_silent' });
  });

  it('that was asked by nobody is: thanks get no answer, and nobody is called', async () => {
    scene.model.answerWith(said({ outcome: 'silent' }));
    const { got, customer } = await write('Thanks a lot! 🙏');

    expect(got).toEqual([]);
    expect((await scene.dmsOf(customer))[0]).toMatchObject({ agent_reason: 'nothing_asked' });
    expect(await conversation()).toMatchObject({ agent_paused: false, handed_over: null });
  });

  it('without an answer that may be sent goes to a person, or is honestly left open, as the account wants', async () => {
    scene.model.answerWith('Pay at https://evil.example.com/now');
    expect((await write('Wie kann ich bei euch bezahlen?')).got).toEqual([
      'Eine Kollegin oder ein Kollege antwortet hier.',
    ]);
    expect((await conversation()).handed_over).toMatchObject({ reason: 'withheld_link' });

    await scene.settings({ when_unanswered: 'say_so' });
    expect((await write('Wie kann ich bei euch bezahlen?')).got).toEqual(['Das kann ich leider nicht beantworten.']);
    expect(await conversation()).toMatchObject({ agent_paused: false, handed_over: null });
    await scene.settings({ when_unanswered: null });
  });

  it('that the model fails at is a person’s, while the agent stays for the next', async () => {
    scene.model.fail({ mode: 400 });
    const { got } = await write('¿Cuánto cuesta el envío a Noruega?');
    scene.model.clearFaults();

    expect(got).toEqual(['Una persona de nuestro equipo responderá por aquí.']);
    expect(await conversation()).toMatchObject({ agent_paused: false, handed_over: { reason: 'model_refused' } });
  });
});
