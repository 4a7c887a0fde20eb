import { isLoopbackOnly, mongoVersionProblem } from './mongo-version.js';

describe('mongoVersionProblem', () => {
  it.each(['6.0.27', '7.0.28', '8.0.17', '8.0.18-rc1', '8.2.3', '8.3.0', '9.0.0'])('%s is well', (version) => {
    expect(mongoVersionProblem(version)).toBeUndefined();
  });

  it.each([
    ['6.0.26', '6.0.27'],
    ['7.0.5', '7.0.28'],
    ['7.3.4', '8.2.3'],
    ['8.0.16', '8.0.17'],
    ['8.2.2', '8.2.3'],
  ])('%s has a known hole, and %s does not', (version, repaired) => {
    expect(mongoVersionProblem(version)).toMatch(`CVE-2025-14847): update to ${repaired} or newer`);
  });

  it('5.0.32 is too old', () => {
    expect(mongoVersionProblem('5.0.32')).toMatch(/too old: 6\.0\.27/);
  });
});

describe('isLoopbackOnly', () => {
  it.each([
    [['127.0.0.1:27017', 'localhost'], true],
    [['[::1]:27017'], true],
    [['127.0.0.1:27017', 'mongo-1:27017'], false],
    [['127.0.0.1.example.com:27017'], false],
    [['localhost.example.com'], false],
  ])('%j: %s', (hosts, loopback) => {
    expect(isLoopbackOnly(hosts)).toBe(loopback);
  });
});
