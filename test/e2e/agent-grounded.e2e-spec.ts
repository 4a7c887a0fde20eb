import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { useServices } from '../support/services.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;

async function tell(title: string, answer: string): Promise<void> {
  const call = await scene.app.call();
  const faq = { kind: 'faq', title, question: title, answer };
  await call.post(`/agent/knowledge/${scene.accountId}`).send(faq).expect(201);
}
const preview = async (message: string) =>
  (await scene.app.call()).post('/agent/preview').send({ account_id: scene.accountId, message }).expect(200);
const asked = (): string => JSON.stringify(scene.model.asked.at(-1)?.messages);

beforeAll(async () => {
  scene = await startAgentScene({ services });
  await tell('Gift cards', 'From 20 Euro, at the till.');
  await tell('Orders', 'Orders can be cancelled by a colleague.');
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => scene.model.resetAnswers());

describe('an agent with knowledge', () => {
  it('is shown it as data, before the talk', async () => {
    scene.model.answerWith('Gift cards start at 20 Euro.');
    const answer = await preview('Do you have gift cards?');
    expect(answer.body).toMatchObject({ data: { outcome: 'reply', text: 'Gift cards start at 20 Euro.' } });
    expect(asked()).toContain('From 20 Euro, at the till.');
  });

  it('is asked once more where a figure stands nowhere, with the figure named', async () => {
    const answers = ['Gift cards start at 15 Euro.', 'Gift cards start at 20 Euro.'];
    scene.model.answerWith(() => answers.shift() ?? null);
    const answer = await preview('How much is a gift card?');
    expect(answer.body).toMatchObject({ data: { outcome: 'reply', text: 'Gift cards start at 20 Euro.' } });
    expect(asked()).toContain('15 Euro');
  });

  it('leaves the conversation to a person where it stays so', async () => {
    scene.model.answerWith('Gift cards start at 15 Euro.');
    const customer = scene.newCustomer();
    await scene.stored(customer.sendText('How much is a gift card?'));
    await scene.settled(customer);
    expect(scene.answersTo(customer).join()).not.toContain('15');
    expect(await scene.conversationOf(customer)).toMatchObject({ agent_paused_reason: 'customer_request' });
  });

  it('claims nothing that it did not do', async () => {
    scene.model.answerWith('I have cancelled your order.');
    const answer = await preview('Cancel my order please');
    expect(JSON.stringify(answer.body)).not.toContain('I have cancelled');
  });
});
