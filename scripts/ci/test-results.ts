/** What `jest --json` writes, as far as it is read here. */
export interface JestReport {
  testResults: {
    /** The file. */
    name: string;
    /** `failed` also when the file could not be run at all; there are no assertions then. */
    status: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

export interface TestCounts {
  passed: number;
  failed: number;
  /** What failed beside others and passed alone. */
  flaky: string[];
}

/** Files that had something fail in them. */
export function failedFiles(report: JestReport): string[] {
  return report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/**
 * Counts every test once: as the second run left it where its file ran again, else as the first did.
 * @param again the run of the first one's failed files
 * @param shortName how a file is named to people
 */
export function countTests(
  first: JestReport,
  again?: JestReport,
  shortName = (file: string): string => file,
): TestCounts {
  const rerun = new Set(again?.testResults.map(({ name }) => name));
  const before = outcomes(first, shortName);
  const kept = outcomes({ testResults: first.testResults.filter(({ name }) => !rerun.has(name)) }, shortName);
  const after = new Map([...kept, ...(again ? outcomes(again, shortName) : [])]);
  const couldNotRun = first.testResults.filter(({ name, ...file }) => rerun.has(name) && isBroken(file));
  return {
    passed: [...after.values()].filter((status) => status === 'passed').length,
    failed: [...after.values()].filter((status) => status === 'failed').length,
    flaky: [
      ...[...after].filter(([test, status]) => status === 'passed' && before.get(test) === 'failed'),
      ...couldNotRun.map(({ name }) => [shortName(name)] as const).filter(([file]) => !after.has(file)),
    ].map(([test]) => test),
  };
}

function isBroken({ status, assertionResults }: Omit<JestReport['testResults'][number], 'name'>): boolean {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}

/** `passed` or `failed` of each test; a file that failed without a failed test counts as one. */
function outcomes({ testResults }: JestReport, shortName: (file: string) => string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, ...file } of testResults) {
    if (isBroken(file)) found.set(shortName(name), 'failed');
    for (const { fullName, status } of file.assertionResults) {
      // Two tests of a file may have one name.
      let key = `${shortName(name)} › ${fullName}`;
      while (found.has(key)) key += ' (another)';
      found.set(key, status);
    }
  }
  return found;
}
