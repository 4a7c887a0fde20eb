import { graphFixture } from '../../test/fixtures/graph-fixtures.js';
import { access, accessToken, callErrorOf, pageAccess, person, useGraphCalls } from '../../test/support/graph-calls.js';
import { appSecretProof, classifyGraphFailure, isProofRefusal, type GraphClient } from './index.js';

const graph = useGraphCalls();

describe('sending', () => {
  it('posts a text as the account and tells the message id', async () => {
    graph.server.behave('send-success');

    const result = await graph.clientOf().sendMessage(access, person, 'Hello');

    expect(graph.server.last).toMatchObject({
      method: 'POST',
      path: '/ig/v24.0/17841400008460056/messages',
      query: {},
    });
    expect(graph.server.last.headers.authorization).toBe(`Bearer ${accessToken}`);
    expect(graph.sentBody()).toEqual({
      messaging_type: 'RESPONSE',
      recipient: { id: person },
      message: { text: 'Hello' },
    });
    expect(result).toMatchObject({ recipientId: '20802401916297', messageId: expect.stringMatching(/^aWdfZAG/) });
    expect(result.raw).toEqual({ recipient_id: result.recipientId, message_id: result.messageId });
  });

  it('posts as me with a Page’s token on the other host', async () => {
    graph.server.behave('send-success');

    await graph.clientOf().sendMessage(pageAccess, person, 'Hello');

    expect(graph.server.last.path).toBe('/fb/v24.0/me/messages');
  });

  it('tags a person’s late answer, and answers a message by its id', async () => {
    graph.server.behave('send-success');

    await graph
      .clientOf()
      .sendMessage(access, person, 'Sorry for the delay', { tag: 'HUMAN_AGENT', replyToMid: 'm_1' });

    expect(graph.sentBody()).toEqual({
      ...graphFixture<{ body: object }>('human-agent-request').body,
      messaging_type: 'MESSAGE_TAG',
      reply_to: { mid: 'm_1' },
    });
  });

  it('posts media and quick replies', async () => {
    graph.server.behave('send-success');
    const client = graph.clientOf();

    await client.sendMedia(access, person, { type: 'image', url: 'https://cdn.example.com/a.png', isReusable: true });
    expect(graph.sentBody()).toMatchObject({
      message: { attachment: { type: 'image', payload: { url: 'https://cdn.example.com/a.png', is_reusable: true } } },
    });

    await client.sendQuickReplies(access, person, 'Which?', [{ title: 'Red', payload: 'RED' }]);
    expect(graph.sentBody()).toMatchObject({
      message: { text: 'Which?', quick_replies: [{ content_type: 'text', title: 'Red', payload: 'RED' }] },
    });
  });

  it('answers a comment in private as Meta documents it', async () => {
    const { body, response } = graphFixture<{ body: unknown; response: { body: { recipient_id: string } } }>(
      'private-reply-request',
    );
    graph.server.behave({ body: JSON.stringify(response.body) });

    const result = await graph.clientOf().sendPrivateReply(access, '17900000000000001', 'Hi, details here');

    expect(graph.sentBody()).toEqual(body);
    expect(result.recipientId).toBe(response.body.recipient_id);
  });

  it('shows and reacts as Meta documents it, and needs no message id for that', async () => {
    graph.server.behave({ body: '{"recipient_id":"1"}' });
    const client = graph.clientOf();
    const reacts = graphFixture<{ payload: { message_id: string } }[]>('react-request');
    const messageId = reacts[0]!.payload.message_id;

    for (const action of ['mark_seen', 'typing_on', 'typing_off'] as const) {
      await client.senderAction(access, person, { action });
    }
    await client.senderAction(access, person, { action: 'react', messageId, reaction: 'love' });
    await client.senderAction(access, person, { action: 'unreact', messageId });

    expect(graph.server.requests.map(({ body }) => JSON.parse(body))).toEqual([
      ...graphFixture<[]>('typing-request'),
      ...reacts,
    ]);
  });

  it('keeps every digit of an id that comes as a bare number', async () => {
    graph.server.behave({ body: '{"recipient_id":17841400008460057,"message_id":"m"}' });

    await expect(graph.clientOf().sendMessage(access, person, 'x')).resolves.toMatchObject({
      recipientId: '17841400008460057',
    });
  });

  it('carries a proof of the app’s secret when it has one', async () => {
    graph.server.behave('send-success');

    await graph.clientOf({ appSecretProof: { facebook: 'shh' } }).sendMessage(pageAccess, person, 'x');
    expect(graph.server.last.query).toEqual({ appsecret_proof: appSecretProof(pageAccess.accessToken, 'shh') });

    await graph.clientOf({ appSecretProof: { facebook: 'shh' } }).sendMessage(access, person, 'x');
    expect(graph.server.last.query).toEqual({});
  });

  describe('when Meta refuses the proof', () => {
    const refusal = {
      status: 400,
      body: JSON.stringify({
        error: {
          code: 100,
          type: 'GraphMethodException',
          message: 'Invalid appsecret_proof provided in the API argument',
        },
      }),
    };
    const proofs = () => graph.server.requests.map(({ query }) => query['appsecret_proof']);
    const proofOf = (secret: string) => appSecretProof(pageAccess.accessToken, secret);
    const options = { appSecretProof: { facebook: 'first' }, otherAppSecrets: ['first', 'second', 'third'] };

    it('proves it with the other app’s secret, and remembers which one the token takes', async () => {
      const client = graph.clientOf(options);
      graph.server.behave(refusal, 'send-success');

      await client.sendMessage(pageAccess, person, 'x');
      await client.sendMessage(pageAccess, person, 'y');

      expect(proofs()).toEqual([proofOf('first'), proofOf('second'), proofOf('second')]);
    });

    it('tries each secret once, and then says what Meta said', async () => {
      graph.server.behave(refusal);

      const failure = await graph
        .clientOf(options)
        .sendMessage(pageAccess, person, 'x')
        .catch((error: unknown) => error);

      expect(proofs()).toEqual(['first', 'second', 'third'].map(proofOf));
      expect(isProofRefusal(failure)).toBe(true);
    });

    it('proves a token where the app asks for it and no secret was meant for that host', async () => {
      const asked = refusal.body.replace(
        'Invalid appsecret_proof',
        'API calls from the server require an appsecret_proof',
      );
      graph.server.behave({ ...refusal, body: asked }, 'send-success');

      await graph.clientOf({ otherAppSecrets: ['first'] }).sendMessage(pageAccess, person, 'x');

      expect(proofs()).toEqual([undefined, proofOf('first')]);
    });
  });

  it('keeps a connection for the next call', async () => {
    graph.server.behave('send-success');
    const client = graph.clientOf({ connections: 1 });

    for (let call = 0; call < 3; call++) await client.sendMessage(access, person, 'x');

    expect(graph.server.requests.every(({ headers }) => headers.connection === 'keep-alive')).toBe(true);
  });
});

describe('a body over Meta’s limits', () => {
  const quickReplies = (count: number, title = 'Red', payload = 'RED') =>
    Array.from({ length: count }, () => ({ title, payload }));

  it.each<[string, (client: GraphClient) => Promise<unknown>]>([
    ['1001 bytes', (client) => client.sendMessage(access, person, 'a'.repeat(1001))],
    ['501 letters of two bytes', (client) => client.sendMessage(access, person, 'й'.repeat(501))],
    ['no text', (client) => client.sendMessage(access, person, ' \n')],
    ['no recipient', (client) => client.sendMessage(access, '', 'x')],
    ['14 quick replies', (client) => client.sendQuickReplies(access, person, 'x', quickReplies(14))],
    ['no quick replies', (client) => client.sendQuickReplies(access, person, 'x', [])],
    ['a title of 21', (client) => client.sendQuickReplies(access, person, 'x', quickReplies(1, 'a'.repeat(21)))],
    [
      'a payload of 1001',
      (client) => client.sendQuickReplies(access, person, 'x', quickReplies(1, 'a', 'a'.repeat(1001))),
    ],
    [
      'a picture without http',
      (client) => client.sendMedia(access, person, { type: 'image', url: 'file:///etc/passwd' }),
    ],
    ['neither text nor picture', (client) => client.send(access, { recipient: { id: person }, message: {} })],
  ])('is not sent: %s', async (_, send) => {
    graph.server.behave('send-success');

    const error = await callErrorOf(send(graph.clientOf()));

    expect(error).toMatchObject({ reason: 'invalid', delivered: 'no' });
    expect(classifyGraphFailure(error)).toEqual({ kind: 'bad_request', rule: 'invalid', sent: 'no' });
    expect(graph.server.requests).toHaveLength(0);
  });

  it('is sent at the limits exactly', async () => {
    graph.server.behave('send-success');
    const client = graph.clientOf();

    await client.sendMessage(access, person, `${'й'.repeat(498)}🚀`);
    await client.sendQuickReplies(access, person, 'x', quickReplies(13, '🚀'.repeat(20), 'a'.repeat(1000)));

    expect(graph.server.requests).toHaveLength(2);
  });
});
