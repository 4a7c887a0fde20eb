import { access, failureOf, person, useGraphCalls } from '../../test/support/graph-calls.js';
import { classifyGraphFailure, GraphApiError } from './index.js';

const graph = useGraphCalls();

describe('an error of the platform', () => {
  it('is told with all that Meta said', async () => {
    graph.server.behave('err-buc-80002');

    const error = await failureOf(graph.clientOf().sendMessage(access, person, 'x'));

    expect(error).toBeInstanceOf(GraphApiError);
    expect(error).toMatchObject({
      name: 'GraphApiError',
      message: 'There have been too many calls to this Instagram account. Wait a bit and try again.',
      ...{ host: 'instagram', route: 'send', httpStatus: 400, code: 80002, subcode: undefined },
      ...{ type: 'OAuthException', fbtraceId: 'A1b2C3d4E5', isTransient: false, retryAfterMs: 17 * 60_000 },
      usage: { percent: 100, regainMs: 17 * 60_000, type: 'instagram' },
    });
  });

  it('is an error inside a 200 too', async () => {
    graph.server.behave({ status: 200, body: '{"error":{"message":"no","code":10,"error_subcode":2534022}}' });

    const error = await failureOf(graph.clientOf().sendMessage(access, person, 'x'));

    expect(error).toMatchObject({ httpStatus: 200, code: 10, subcode: 2534022 });
    expect(classifyGraphFailure(error).kind).toBe('outside_window');
  });

  it('may be a refusal without a readable word', async () => {
    graph.server.behave({ status: 404, body: '<html>', headers: { 'content-type': 'text/html' } });
    expect(await failureOf(graph.clientOf().sendMessage(access, person, 'x'))).toMatchObject({
      httpStatus: 404,
      code: undefined,
    });

    graph.server.behave({ status: 429, body: '', headers: { 'retry-after': '7' } });
    const error = await failureOf(graph.clientOf().sendMessage(access, person, 'x'));
    expect(classifyGraphFailure(error)).toEqual({
      ...{ kind: 'rate_limited', rule: 'http_429', sent: 'no', retryAfterMs: 7_000 },
    });
  });
});
