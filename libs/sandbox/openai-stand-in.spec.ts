import OpenAI from 'openai';
import { startOpenAiStandIn } from './index.js';
import type { OpenAiStandIn } from './index.js';

describe('the OpenAI stand-in', () => {
  let standIn: OpenAiStandIn;
  let client: OpenAI;

  beforeEach(async () => {
    standIn = await startOpenAiStandIn();
    client = new OpenAI({ apiKey: 'none', baseURL: standIn.baseUrl, maxRetries: 0 });
  });

  afterEach(() => standIn.stop());

  const ask = async (...texts: string[]) => {
    const messages = texts.map((content) => ({ role: 'user' as const, content }));
    const answer = await client.chat.completions.create({ model: 'gpt-test', messages });
    return answer.choices[0]?.message.content ?? '';
  };

  it('answers for the shop', async () => {
    expect(await ask('When are you open?')).toContain('Tuesday to Saturday');
    expect(await ask('Do you ship to Norway?')).toContain('2 to 3 working days');
    expect(await ask('I would like to talk to a human')).toContain('one of us');
  });

  it('gives one answer to three messages in a row', async () => {
    const answer = await ask('hi', 'are you open today?', 'and do you do gift wrapping?');

    expect(answer).toContain('Tuesday to Saturday');
    expect(answer).toContain('Gift wrapping');
    expect(standIn.asked).toHaveLength(1);
    expect(standIn.asked[0]?.open).toHaveLength(3);
  });

  it('answers only what is open, not what was answered before', async () => {
    const answer = await client.chat.completions.create({
      model: 'gpt-test',
      messages: [
        { role: 'user', content: 'When are you open?' },
        { role: 'assistant', content: 'Ten to six.' },
        { role: 'user', content: 'And shipping?' },
      ],
    });

    expect(answer.choices[0]?.message.content).not.toContain('Tuesday');
    expect(answer.choices[0]?.message.content).toContain('free from 60');
  });

  it('has more to say about care than one Instagram message holds', async () => {
    expect(Buffer.byteLength(await ask('Tell me everything about care'))).toBeGreaterThan(1_500);
  });

  it('praises a picture', async () => {
    const image_url = { url: 'https://cdn.example/candle.jpg' };
    const content = [{ type: 'image_url' as const, image_url }];
    const answer = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content }] });

    expect(answer.choices[0]?.message.content).toContain('beautiful');
    expect(standIn.asked[0]?.pictures).toEqual([image_url.url]);
  });

  it('answers over the Responses API too', async () => {
    const answer = await client.responses.create({ model: 'gpt-test', input: 'When are you open?' });

    expect(answer.output_text).toContain('Tuesday to Saturday');
  });

  it('fails as told and then recovers', async () => {
    standIn.fail({ mode: 'rate_limit', count: 1, retryAfterSeconds: 3 });
    const limited = await ask('hi').catch((error: InstanceType<typeof OpenAI.APIError>) => error);
    expect(limited).toMatchObject({ status: 429 });

    standIn.fail({ mode: 'server_error', count: 1 });
    await expect(ask('hi')).rejects.toMatchObject({ status: 500 });
    expect(await ask('hi')).toContain('welcome');
    expect(standIn.asked.map(({ answered }) => answered.slice(0, 12))).toEqual([
      'rate_limit',
      'server_error',
      'Hello, and w',
    ]);
  });

  it('can keep a caller waiting until it gives up', async () => {
    standIn.fail({ mode: 'hang', count: 1 });

    const given = client.chat.completions.create(
      { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
      { timeout: 50 },
    );

    await expect(given).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });

  it('says what a test wants said', async () => {
    standIn.answerWith(({ open }) => (open.includes('secret') ? 'I have none to tell.' : null));

    expect(await ask('secret')).toBe('I have none to tell.');
    expect(await ask('hi')).toContain('welcome');
  });
});
