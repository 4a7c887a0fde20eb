/** A problem with one setting: its name and what was expected, never its value. */
export interface SettingProblem {
  name: string;
  expected: string;
}

/** The process can't start with these settings. The message names each one and says what was expected. */
export class InvalidSettingsError extends Error {
  override readonly name = 'InvalidSettingsError';

  constructor(readonly problems: SettingProblem[]) {
    super(
      `Invalid settings, refusing to start:\n${problems.map(({ name, expected }) => `  ${name}: ${expected}`).join('\n')}`,
    );
  }
}
