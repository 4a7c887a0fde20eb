import { countTests, failedFiles, type JestReport } from './test-results.js';

type Tests = Record<string, 'passed' | 'failed' | 'pending'>;

const report = (files: Record<string, Tests | 'broken'>): JestReport => ({
  testResults: Object.entries(files).map(([name, tests]) => ({
    name,
    status: tests === 'broken' || Object.values(tests).includes('failed') ? 'failed' : 'passed',
    assertionResults:
      tests === 'broken' ? [] : Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
  })),
});

describe('counting tests', () => {
  it('counts a single run as it is, and a file that could not be run as one failure', () => {
    const first = report({ 'a.spec': { one: 'passed', two: 'failed', three: 'pending' }, 'b.spec': 'broken' });

    expect(countTests(first)).toEqual({ passed: 1, failed: 2, flaky: [] });
    expect(failedFiles(first)).toEqual(['a.spec', 'b.spec']);
  });

  it('keeps what passed in the first run and names what only passed in the second', () => {
    const first = report({ 'a.spec': { one: 'passed', two: 'failed' }, 'b.spec': { three: 'passed', four: 'passed' } });
    const again = report({ 'a.spec': { one: 'passed', two: 'passed' } });

    expect(countTests(first, again)).toEqual({ passed: 4, failed: 0, flaky: ['a.spec › two'] });
  });

  it('counts what fails again, or for the first time in the second run, as failed', () => {
    const first = report({ 'a.spec': { one: 'passed', two: 'failed', three: 'failed' } });
    const again = report({ 'a.spec': { one: 'failed', two: 'failed', three: 'passed' } });

    expect(countTests(first, again)).toEqual({ passed: 1, failed: 2, flaky: ['a.spec › three'] });
  });

  it('names a file that could be run only the second time, with all of its tests counted', () => {
    const first = report({ 'a.spec': 'broken', 'b.spec': { three: 'passed' } });

    expect(countTests(first, report({ 'a.spec': { one: 'passed', two: 'passed' } }))).toEqual({
      passed: 3,
      failed: 0,
      flaky: ['a.spec'],
    });
    expect(countTests(first, report({ 'a.spec': 'broken' }))).toEqual({ passed: 1, failed: 1, flaky: [] });
  });

  it('tells tests of one name apart', () => {
    const twice = (...statuses: string[]): JestReport => ({
      testResults: [
        {
          name: 'a.spec',
          status: statuses.includes('failed') ? 'failed' : 'passed',
          assertionResults: statuses.map((status) => ({ fullName: 'x', status })),
        },
      ],
    });

    expect(countTests(twice('passed', 'failed'), twice('passed', 'passed'))).toEqual({
      passed: 2,
      failed: 0,
      flaky: ['a.spec › x (another)'],
    });
  });
});
