import { startAgentScene, writesToABrokenModel, type AgentScene } from '../support/agent-scene.js';
import { useServices } from '../support/services.js';

const services = useServices();
let scene: AgentScene;

beforeAll(async () => {
  scene = await startAgentScene({ services, env: { OPENAI_TIMEOUT_MS: '1000' } });
});
afterAll(() => scene?.stop());

describe('when the model never answers', () => {
  it('the customer gets the account’s fallback once, then silence, never an error', async () => {
    const customer = await writesToABrokenModel(scene, 'hang');

    expect(scene.answersTo(customer)).toEqual(['Thank you! We will answer shortly.']);
  });
});
