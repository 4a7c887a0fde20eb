import fc from 'fast-check';
import { graphFixture } from '../../test/fixtures/graph-fixtures.js';
import { readUsage } from './usage.js';

const buc = (value: unknown) => readUsage({ 'X-Business-Use-Case-Usage': JSON.stringify(value) });

describe('usage headers', () => {
  it('are read as Meta sends them, whatever the case of their names', () => {
    const headers = graphFixture<Record<string, string>>('buc-header');
    expect(readUsage(headers)).toEqual({ percent: 28, regainMs: 0, type: 'instagram' });
    expect(readUsage({ 'x-app-usage': headers['X-App-Usage'] })).toEqual({ percent: 28, regainMs: 0, type: 'app' });
  });

  it('give minutes until access is regained', () => {
    const { headers } = graphFixture<{ headers: Record<string, string> }>('err-buc-80002');
    expect(readUsage(headers)).toEqual({ percent: 100, regainMs: 17 * 60_000, type: 'instagram' });
  });

  it('are read in the older flat form', () => {
    expect(buc({ type: 'messenger', call_count: 81, total_time: 3, estimated_time_to_regain_access: 2 })).toEqual({
      ...{ percent: 81, regainMs: 120_000, type: 'messenger' },
    });
    expect(buc({ '178': { call_count: '81' } })).toEqual({ percent: 81, regainMs: 0, type: 'business_use_case' });
  });

  it('count as full as the fullest of all allowances', () => {
    const headers = {
      'x-app-usage': '{"call_count":90,"total_time":1,"total_cputime":2}',
      'x-business-use-case-usage':
        '{"1":[{"type":"pages","call_count":1,"estimated_time_to_regain_access":5},{"type":"instagram","total_cputime":120}]}',
    };
    expect(readUsage(headers)).toEqual({ percent: 120, regainMs: 300_000, type: 'instagram' });
  });

  it.each([
    [{}],
    [{ 'x-app-usage': '' }],
    [{ 'x-app-usage': '{' }],
    [{ 'x-app-usage': '[]' }],
    [{ 'x-app-usage': '{"call_count":"many"}' }],
    [{ 'x-app-usage': 'null' }],
    [{ 'x-app-usage': `${'['.repeat(5_000)}` }],
  ])('say nothing when there is nothing to read: %j', (headers) => expect(readUsage(headers)).toBeUndefined());

  it('never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.array(fc.json())), (value) => {
        const usage = readUsage({ 'x-app-usage': value, 'x-business-use-case-usage': value });
        if (usage) expect(usage.percent).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
