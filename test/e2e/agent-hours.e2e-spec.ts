import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;

beforeAll(async () => {
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());

const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const hours = {
  weekly: [],
  exceptions: [{ date: tomorrow, ranges: [{ from: '09:00', to: '17:00' }] }],
};

async function put(patch: Record<string, unknown>) {
  return (await scene.app.call()).put(`/agent/settings/${scene.accountId}`).send(patch);
}

describe('hours of an account', () => {
  it('are kept as they were given, and go back to none', async () => {
    const week = {
      timezone: 'America/New_York',
      weekly: [{ days: ['sat', 'sun'], from: '20:00', to: '02:00' }],
    };
    expect((await put({ opening_hours: week, people_hours: hours })).body.data).toMatchObject({
      ...{ opening_hours: week, people_hours: hours },
    });
    const { body } = await (await scene.app.call()).get(`/agent/settings/${scene.accountId}`);
    // What was read can be sent back.
    expect((await put({ opening_hours: body.data.opening_hours })).body.data.opening_hours).toEqual(week);
    const none = (await put({ opening_hours: null, people_hours: null })).body.data;
    expect([none.opening_hours, none.people_hours]).toEqual([undefined, undefined]);
  });

  it.each([
    [{ opening_hours: { weekly: [{ days: ['mon'], from: '9', to: '18:00' }] } }, 'opening_hours.weekly.0.from'],
    [{ opening_hours: { weekly: [{ days: ['mon'], from: '09:00', to: '25:00' }] } }, 'opening_hours.weekly.0.to'],
    [{ opening_hours: { weekly: [{ days: ['monday'], from: '09:00', to: '18:00' }] } }, 'opening_hours.weekly.0.days'],
    [{ opening_hours: { weekly: [{ days: [], from: '09:00', to: '18:00' }] } }, 'opening_hours.weekly.0.days'],
    [{ opening_hours: {} }, 'opening_hours.weekly'],
    [{ opening_hours: 'always' }, 'opening_hours'],
    [{ people_hours: { weekly: [], timezone: '+02:00' } }, 'people_hours.timezone'],
    [{ people_hours: { weekly: [], timezone: 'Europe/Atlantis' } }, 'people_hours.timezone'],
    [
      { people_hours: { weekly: [], exceptions: [{ date: '2026-02-30', ranges: [] }] } },
      'people_hours.exceptions.0.date',
    ],
    [
      {
        people_hours: {
          weekly: [],
          exceptions: [
            { date: '2026-12-24', ranges: [] },
            { date: '2026-12-24', ranges: [] },
          ],
        },
      },
      'people_hours.exceptions',
    ],
    [{ people_hours: { weekly: [], colour: 'red' } }, 'people_hours.colour'],
  ])('%j is refused by the name of its field', async (patch, field) => {
    const answer = await put(patch);
    expect(answer.status).toBe(400);
    expect((answer.body.details as { field: string }[]).map((one) => one.field)).toContain(field);
  });

  it('tell the agent whether it is open, and a customer who is left to a person when somebody comes', async () => {
    await put({ people_hours: hours, opening_hours: hours });
    scene.model.answerWith('Tomorrow at nine.');
    const customer = scene.newCustomer();
    customer.sendText('When do you open?');
    await eventually(() => expect(scene.answersTo(customer)).toEqual(['Tomorrow at nine.']));
    const told = JSON.stringify(scene.model.asked.at(-1)?.messages[0]?.content);
    expect(told).toMatch(/The shop is not open now; next from \w+, \d+ \w+ \d{4}, 09:00 in UTC/);
    expect(told).toContain('Somebody who can take over is not there now');

    customer.sendText('Kann ich bitte mit einem Mitarbeiter sprechen?');
    await eventually(() =>
      expect(scene.answersTo(customer).at(-1)).toBe(
        'Eine Kollegin oder ein Kollege antwortet hier. Wir sind morgen ab 9:00 Uhr da.',
      ),
    );
    const preview = await (await scene.app.call()).post('/agent/preview').send({
      account_id: scene.accountId,
      message: 'I want to talk to a human',
      settings: { hand_over_text: 'Sure! {when}' },
    });
    expect(preview.body).toMatchObject({ data: { text: 'Sure! We are here tomorrow from 9:00.' } });
  });
});
