import { graphFixture } from '../../test/fixtures/graph-fixtures.js';
import { access, failureOf, pageAccess, person, useGraphCalls } from '../../test/support/graph-calls.js';
import type { GraphCallInfo } from './index.js';

const graph = useGraphCalls();

describe('what is told of calls', () => {
  it('names host, route, status, code, usage and time of every call', async () => {
    const infos: GraphCallInfo[] = [];
    const client = graph.clientOf({ timeoutMs: 100, onCall: (info) => infos.push(info) });
    const { 'X-App-Usage': appUsage } = graphFixture<Record<string, string>>('buc-header');

    graph.server.behave(
      { body: '{"recipient_id":"1","message_id":"m"}', headers: { 'X-App-Usage': appUsage! } },
      'err-rate-613',
      {
        act: 'hang',
      },
    );
    await client.sendMessage(access, person, 'x');
    await failureOf(client.sendMessage(access, person, 'x'));
    await failureOf(client.getUserProfile(pageAccess, person));

    const { igId } = access;
    expect(infos).toEqual([
      {
        ...{ host: 'instagram', route: 'send', method: 'POST', outcome: 'ok', status: 200, igId },
        ...{ durationMs: expect.any(Number), usage: { percent: 28, regainMs: 0, type: 'app' } },
      },
      {
        ...{ host: 'instagram', route: 'send', method: 'POST', outcome: 'refused', status: 400, code: 613, igId },
        durationMs: expect.any(Number),
      },
      {
        ...{ host: 'facebook', route: 'profile', method: 'GET', outcome: 'no_answer', igId },
        durationMs: expect.any(Number),
      },
    ]);
    expect(JSON.stringify(infos)).not.toContain('planted');
  });

  it('does not make a sent message fail when the listener throws', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    graph.server.behave('send-success');
    const client = graph.clientOf({
      onCall: () => {
        throw new Error('metrics are broken');
      },
    });

    await expect(client.sendMessage(access, person, 'x')).resolves.toMatchObject({ messageId: expect.any(String) });
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('metrics are broken'));
    warned.mockRestore();
  });
});
