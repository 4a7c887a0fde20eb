import { readAudit } from './audit-report.js';

const today = '2026-12-01';
const url = 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc';
const advisory = { source: 1, name: 'left', title: 'reads too far', url, severity: 'high' };
const report = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} });
const found = report({ left: { via: [advisory] }, right: { via: ['left'] } });
const accept = (until: string) => [{ advisory: 'GHSA-aaaa-bbbb-cccc', why: 'the parser is not used', until }];

describe('readAudit', () => {
  it('is clean when nothing is known of what is shipped', () => {
    expect(readAudit(report({}), [], today)).toEqual({ kind: 'clean', accepted: [] });
  });

  it('names a finding once, however many packages bring it', () => {
    const sentences = [`left (high): reads too far, ${url}`];

    expect(readAudit(found, [], today)).toEqual({ kind: 'findings', sentences });
  });

  it('takes what was accepted until its day is over', () => {
    expect(readAudit(found, accept(today), today)).toEqual({ kind: 'clean', accepted: ['GHSA-aaaa-bbbb-cccc'] });
    expect(readAudit(found, accept('2026-11-30'), today)).toMatchObject({ kind: 'findings' });
  });

  it('asks for an entry to go that nothing is found for', () => {
    expect(readAudit(report({}), accept('2027-06-01'), today)).toMatchObject({ kind: 'findings' });
  });

  it.each([
    ['the registry takes no such question', '{"message":"405 Method Not Allowed - POST https://r.example","statusCode":405}', '405 Method Not Allowed'],
    ['npm has an error of its own', '{"error":{"code":"ENOLOCK","summary":"This command requires a lockfile."}}', 'This command requires a lockfile.'],
    ['it prints nothing', '', 'its answer can’t be read'],
  ])('is not clean when %s', (_what, printed, reason) => {
    expect(readAudit(printed, [], today)).toEqual({ kind: 'not_answered', reason });
  }); // prettier-ignore
});
