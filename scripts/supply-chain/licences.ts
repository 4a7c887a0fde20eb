/** A package as package-lock.json has it. */
export interface LockedPackage {
  version?: string;
  license?: string;
  dev?: boolean;
}

/** May be shipped inside a closed product: they ask for a mention at most. */
const allowed = new Set(
  ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT', 'Python-2.0', 'Unlicense', 'Zlib'], // prettier-ignore
);

/** An expression of SPDX is allowed when one of its choices is, or all of what it joins are. */
function isAllowed(licence: string): boolean {
  const bare = licence.replace(/^\(|\)$/g, '');
  if (/ OR /.test(bare)) return bare.split(' OR ').some(isAllowed);
  return bare.split(' AND ').every((name) => allowed.has(name.trim()));
}

/**
 * Packages that are shipped under terms nobody has agreed to, or under none.
 * @param packages of a lockfile, by their folder
 * @returns a sentence for each
 */
export function licenceProblems(packages: Record<string, LockedPackage>): string[] {
  const shipped = Object.entries(packages).filter(([folder, { dev }]) => folder !== '' && !dev);
  return shipped
    .filter(([, { license }]) => license === undefined || !isAllowed(license))
    .map(
      ([folder, { version, license }]) => `${nameOf(folder)}@${version ?? '?'}: ${license ?? 'no licence is named'}`,
    );
}

const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
