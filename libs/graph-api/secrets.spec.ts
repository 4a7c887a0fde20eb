import { inspect } from 'node:util';
import { access, accessToken, failureOf, pageAccess, person, useGraphCalls } from '../../test/support/graph-calls.js';

const graph = useGraphCalls();

describe('secrets', () => {
  const told = (error: unknown): string =>
    [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String((error as Error).stack)].join('\n');

  it('never turn up in an error, not even when Meta repeats them', async () => {
    const client = graph.clientOf({ timeoutMs: 150, appSecretProof: { instagram: 'planted-app-secret' } });
    const echoed = {
      message: `Malformed access token ${accessToken}`,
      error_user_msg: `bad: ${accessToken}`,
      code: 190,
    };
    const behaviours = [
      { status: 400, body: JSON.stringify({ error: echoed }) },
      { status: 500, body: accessToken },
      { act: 'reset' as const },
      { act: 'hang' as const },
      'err-190-unparseable',
    ];

    for (const behaviour of behaviours) {
      graph.server.behave(behaviour);
      const error = await failureOf(client.sendMessage(access, person, 'planted text'));
      expect(told(error)).not.toMatch(/planted/i);
    }
    expect(inspect(client, { depth: 10 })).not.toContain('planted');
  });

  it('never turn up in an error about a token itself', async () => {
    const app = { clientId: '1', clientSecret: 'planted-secret' };
    const client = graph.clientOf({ oauth: { instagramTokenUrl: graph.server.url } });
    const code = 'planted-code';
    const calls: [repeated: string, call: () => Promise<unknown>][] = [
      [code, () => client.exchangeCode('instagram', { ...app, redirectUri: 'https://a.example.com', code })],
      [accessToken, () => client.exchangeLongLived(access, app)],
      [accessToken, () => client.exchangeLongLived(pageAccess, app)],
      [accessToken, () => client.refresh(accessToken)],
      [accessToken, () => client.debugToken(accessToken, app)],
    ];

    for (const [repeated, call] of calls) {
      const message = `bad ${repeated} of https://a.example.com/?client_secret=planted-other&x=1`;
      for (const behaviour of [
        { status: 400, body: JSON.stringify({ error: { message } }) },
        { body: '{}' },
        'reset',
      ]) {
        graph.server.behave(behaviour === 'reset' ? { act: 'reset' } : behaviour);
        expect(told(await failureOf(call()))).not.toMatch(/planted/i);
      }
    }
  });
});
