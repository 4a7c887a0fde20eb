import { startSandbox } from './index.js';
import type { Sandbox } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';

describe('fault switches', () => {
  let sandbox: Sandbox;
  let graph: GraphCaller;
  const send = (text = 'hello') => graph.send(sandbox.customer.id, { text });

  beforeEach(async () => {
    sandbox = await startSandbox({ appSecret: 'app-secret' });
    graph = new GraphCaller(sandbox);
    sandbox.customer.sendText('Anybody there?');
  });

  afterEach(() => sandbox.stop());

  it('refuse as many calls as they are told, in the words of Meta, and then no more', async () => {
    sandbox.faults.add({ route: 'send', mode: 'error', error: 'rate_limit', count: 2 });

    expect((await send()).body.error).toMatchObject({ code: 613, error_subcode: 2534040 });
    expect((await send()).body.error).toMatchObject({ code: 613 });
    expect((await send()).status).toBe(200);
    expect(sandbox.sends).toHaveLength(1);
    expect(sandbox.faults.list()).toHaveLength(0);
  });

  it('strike only the account and route they name', async () => {
    const [, other] = sandbox.accounts;
    sandbox.customer.sendText('You too?', { to: other });
    sandbox.faults.add({ route: 'send', mode: 'error', error: 'policy_block', account: other?.igId });

    expect((await send()).status).toBe(200);
    const { body } = await new GraphCaller(sandbox, other).send(sandbox.customer.idFor(other), { text: 'hello' });
    expect(body.error).toMatchObject({ code: 368 });
    expect((await new GraphCaller(sandbox, other).get('/me')).status).toBe(200);
  });

  it.each(['timeout_after_acting', 'reset_after_acting'] as const)(
    '%s: the message is sent, but nobody hears',
    async (mode) => {
      sandbox.faults.add({ route: 'send', mode, count: 1 });

      const heard = await Promise.race([
        send('did you get this?').then(
          () => 'an answer',
          () => 'a broken connection',
        ),
        new Promise((resolve) => setTimeout(resolve, 300, 'nothing')),
      ]);

      expect(heard).toBe(mode === 'reset_after_acting' ? 'a broken connection' : 'nothing');
      expect(sandbox.sends).toMatchObject([{ text: 'did you get this?', answered: false }]);
      expect(sandbox.calls.at(-1)).toMatchObject({ route: 'send', fault: mode, status: null });
    },
  );

  it('drop the answer to what was sent, or say 1/1357046, and the echo comes all the same', async () => {
    sandbox.faults.add({ route: 'send', mode: 'drop_answer', count: 1 });
    await expect(send('first')).rejects.toThrow();
    sandbox.faults.add({ route: 'send', mode: 'error', error: 'sent_but_error', afterActing: true, count: 1 });
    expect((await send('second')).body.error).toMatchObject({ code: 1, error_subcode: 1357046 });

    expect(sandbox.sends.map(({ text, answered }) => [text, answered])).toEqual([
      ['first', false],
      ['second', false],
    ]);
    await sandbox.idle();
    expect(sandbox.deliveries.filter(({ summary }) => summary === 'echo')).toHaveLength(2);
  });

  it('refuse a connection without doing anything', async () => {
    sandbox.faults.add({ route: '*', mode: 'refuse', count: 1 });

    await expect(send()).rejects.toThrow();
    expect(sandbox.sends).toHaveLength(0);
  });

  it('slow calls down', async () => {
    sandbox.faults.add({ route: 'send', mode: 'latency', latencyMs: 120 });

    const before = performance.now();
    await send();

    expect(performance.now() - before).toBeGreaterThanOrEqual(115);
    expect(sandbox.sends[0]?.answered).toBe(true);
  });

  it('show a message a minute after it was taken: no echo, nothing in its conversation, then both', async () => {
    sandbox.faults.add({ route: 'send', mode: 'error', error: 'transient', afterActing: true, count: 1 });
    sandbox.faults.add({ route: 'send', mode: 'late_traces', showsAfterMs: 60_000, count: 1 });
    const shown = async () => {
      const query = { user_id: sandbox.customer.id, fields: 'messages{message}' };
      const { body } = await graph.get('/me/conversations', query);
      const [conversation] = (body as { data: { messages: { data: { message: string }[] } }[] }).data;
      return conversation?.messages.data.map(({ message }) => message);
    };
    const echoes = () => sandbox.deliveries.filter(({ summary }) => summary === 'echo').length;

    expect((await send('late')).body.error).toMatchObject({ code: 2 });
    const { mid } = sandbox.sends.at(-1) as { mid: string };
    await sandbox.idle();
    expect([await shown(), echoes(), (await graph.get(`/${mid}`)).status]).toEqual([['Anybody there?'], 0, 400]);
    sandbox.clock.advance(59_000);
    expect([await shown(), echoes()]).toEqual([['Anybody there?'], 0]);

    const echoed = new Promise<void>((resolve) => {
      sandbox.watch((event) => event.kind === 'delivery' && event.summary === 'echo' && resolve());
    });
    sandbox.clock.advance(1_000);
    await echoed;

    expect(await shown()).toEqual(['late', 'Anybody there?']);
    expect((await graph.get(`/${mid}`)).status).toBe(200);
    expect(echoes()).toBe(1);
  });

  it('strike the same calls again with the same seed', async () => {
    const pattern = async () => {
      sandbox.faults.clear();
      sandbox.faults.add({ route: 'send', mode: 'error', error: 'transient', rate: 0.5, seed: 42 });
      const statuses: number[] = [];
      for (let turn = 0; turn < 20; turn++) statuses.push((await send()).status);
      return statuses;
    };

    const first = await pattern();

    expect(await pattern()).toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 503]));
  });

  it('are thrown over HTTP too', async () => {
    const control = (method: string, body?: object) =>
      fetch(`${sandbox.url}/sandbox/faults`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    await control('POST', { route: 'send', mode: 'error', error: 'unavailable' });
    expect((await send()).body.error).toMatchObject({ code: 551 });

    await control('DELETE');

    expect((await send()).status).toBe(200);
    expect((await control('POST', { route: 'send', mode: 'error', error: 'nonsense' })).status).toBe(400);
  });
});
