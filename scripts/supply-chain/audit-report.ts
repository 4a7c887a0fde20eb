/** A known hole that stays for now: whoever put it here says why, and until when that was thought through. */
export interface AcceptedFinding {
  /** Such as `GHSA-xxxx-xxxx-xxxx`. */
  advisory: string;
  why: string;
  /** A date, `2027-01-31`: from the day after on it counts again. */
  until: string;
}

interface Advisory {
  name: string;
  title: string;
  url: string;
  severity: string;
}

export type AuditOutcome =
  | { kind: 'clean'; accepted: string[] }
  | { kind: 'findings'; sentences: string[] }
  /** Nobody said anything about the packages: that is not the same as nothing being wrong. */
  | { kind: 'not_answered'; reason: string };

/**
 * Reads what `npm audit --json` printed.
 * @param today such as `2026-12-01`
 */
export function readAudit(printed: string, accepted: readonly AcceptedFinding[], today: string): AuditOutcome {
  const report = parsed(printed);
  const { vulnerabilities } = report;
  if (!isRecord(vulnerabilities) || !isRecord(report['metadata']))
    return { kind: 'not_answered', reason: reasonOf(report) };
  const open = new Map(accepted.filter(({ until }) => until >= today).map((entry) => [entry.advisory, entry]));
  const advisories = [
    ...new Map(
      Object.values(vulnerabilities)
        .flatMap(advisoriesOf)
        .map((each) => [each.url, each]),
    ).values(),
  ];
  const findings = advisories.filter(({ url }) => !open.has(idOf(url)));
  const stale = accepted.filter(({ advisory }) => !advisories.some(({ url }) => idOf(url) === advisory));
  const sentences = [
    ...findings.map(({ name, severity, title, url }) => `${name} (${severity}): ${title}, ${url}`),
    ...stale.map(({ advisory }) => `${advisory} is accepted and no longer found: take it off the list`),
  ];
  if (sentences.length > 0) return { kind: 'findings', sentences };
  return { kind: 'clean', accepted: [...open.keys()] };
}

function parsed(printed: string): Record<string, unknown> {
  try {
    const report: unknown = JSON.parse(printed);
    return isRecord(report) ? report : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** `via` names either an advisory, or a package that has one: that one is listed itself. */
function advisoriesOf(vulnerability: unknown): Advisory[] {
  const via = isRecord(vulnerability) && Array.isArray(vulnerability['via']) ? (vulnerability['via'] as unknown[]) : [];
  return via.filter(
    (each): each is Advisory & Record<string, unknown> => isRecord(each) && typeof each['url'] === 'string',
  );
}

const idOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

function reasonOf(report: Record<string, unknown>): string {
  const { message, error } = report;
  if (typeof message === 'string' && message !== '') return message.split(' - ')[0] ?? message;
  if (isRecord(error) && typeof error['summary'] === 'string' && error['summary'] !== '') return error['summary'];
  return 'its answer can’t be read';
}
