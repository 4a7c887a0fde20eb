interface Shutdown {
  name: RegExp;
  /** The day on which the API stops to answer for it. */
  on: string;
  /** What its provider recommends instead. */
  successor: string;
}

/**
 * What OpenAI has announced, from https://platform.openai.com/docs/deprecations as of November 2026. Of dated names the
 * undated is taken to go with them. A date that the API itself tells of a model goes before these.
 */
const shutdowns: readonly Shutdown[] = [
  { name: /^(gpt-5(-mini|-nano)?|o3)(-\d{4}.*)?$/, on: '2026-12-11', successor: 'gpt-6-luna' },
  { name: /^(gpt-4o(-mini)?|gpt-4\.1(-mini)?)(-\d{4}.*)?$/, on: '2027-01-14', successor: 'gpt-6-luna' },
  { name: /^(whisper-1|gpt-4o(-mini)?-transcribe(-\d{4}.*)?)$/, on: '2027-02-26', successor: 'gpt-transcribe' },
];

export interface KnownShutdown {
  at: Date;
  successor?: string;
}

export function knownShutdown(model: string): KnownShutdown | undefined {
  const known = shutdowns.find(({ name }) => name.test(model));
  return known && { at: new Date(`${known.on}T00:00:00Z`), successor: known.successor };
}

/** `shutdown_date` of a model as the API tells it: a date, or seconds since 1970. */
export function toldShutdown(told: unknown): Date | undefined {
  const at = typeof told === 'number' ? new Date(told * 1_000) : typeof told === 'string' ? new Date(told) : undefined;
  return at && !Number.isNaN(at.getTime()) ? at : undefined;
}
