/**
 * First versions of each series in which a stranger who reaches the port can no longer read the server's memory before
 * they have logged in (CVE-2025-14847). Older series get no repair.
 */
const repairedIn: Record<string, string> = { '6.0': '6.0.27', '7.0': '7.0.28', '8.0': '8.0.17', '8.2': '8.2.3' };
const oldestSeries = 6;

/**
 * What is wrong with this version of MongoDB, as a sentence for an operator.
 * @param version as `buildInfo` tells it, such as `7.0.28` or `8.0.17-rc1`
 */
export function mongoVersionProblem(version: string): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  if (major < oldestSeries) return `MongoDB ${version} is too old: 6.0.27 or newer is needed.`;
  const repaired = repairedIn[`${major}.${minor}`];
  // Series between those had no repair of their own; newer ones came with it.
  const isNewer = major > 8 || (major === 8 && minor > 2);
  if (repaired === undefined ? isNewer : patch >= Number(repaired.split('.')[2])) return undefined;
  return `MongoDB ${version} lets whoever reaches its port read its memory without a password (CVE-2025-14847): update to ${repaired ?? '8.2.3'} or newer.`;
}

/** Only this machine reaches a server whose every address is its own. */
export function isLoopbackOnly(hosts: readonly string[]): boolean {
  return hosts.every((host) => /^(localhost|127(?:\.\d+){3}|\[?::1\]?)(:\d+)?$/.test(host));
}
