/**
 * Options of a MongoDB connection string that say where it is and how to get in. Everything else is a promise of the
 * product's (what a write must outlive, where reads are made) or of the driver's inner life, and is not the string's.
 */
const taken = new Set(
  [
    ...['replicaSet', 'directConnection', 'loadBalanced', 'srvMaxHosts', 'srvServiceName'],
    ...['tls', 'ssl', 'tlsCAFile', 'tlsCRLFile', 'tlsCertificateKeyFile', 'tlsCertificateKeyFilePassword'],
    ...['tlsInsecure', 'tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames', 'authSource', 'authMechanism'],
    ...['authMechanismProperties', 'proxyHost', 'proxyPort', 'proxyUsername', 'proxyPassword'],
    ...['compressors', 'zlibCompressionLevel', 'minPoolSize', 'maxConnecting', 'maxIdleTimeMS', 'localThresholdMS'],
    ...['appName', 'heartbeatFrequencyMS', 'serverMonitoringMode', 'noDelay', 'family'],
  ].map((name) => name.toLowerCase()),
);

/** Set by the code, each to what the promise needs. What a string says of them is left out, and told unless it is the same. */
const pinned = new Map<string, readonly string[]>(
  Object.entries({
    w: ['majority'],
    journal: ['true'],
    j: ['true'],
    wtimeout: [],
    wtimeoutMS: [],
    fsync: [],
    readPreference: ['primary'],
    readPreferenceTags: [],
    maxStalenessSeconds: [],
    readConcernLevel: ['local'],
    retryWrites: ['true'],
    retryReads: ['true'],
    timeoutMS: [],
    maxPoolSize: [],
    serverSelectionTimeoutMS: [],
    serverSelectionTryOnce: [],
    connectTimeoutMS: [],
    socketTimeoutMS: [],
    waitQueueTimeoutMS: [],
  }).map(([name, same]) => [name.toLowerCase(), same]),
);

export interface DatabaseUrl {
  url: string;
  /** Options that were left out, because the product sets them. */
  leftOut: string[];
  /** Options that can't be honoured and mean something. */
  unknown: string[];
}

/** Divides what an operator put behind the `?`. */
export function databaseUrl(text: string): DatabaseUrl {
  const at = text.indexOf('?');
  const result: DatabaseUrl = { url: text, leftOut: [], unknown: [] };
  if (at === -1) return result;
  const kept: string[] = [];
  for (const option of text.slice(at + 1).split('&')) {
    const [name = '', value = ''] = option.split('=');
    const key = name.toLowerCase();
    if (option === '') continue;
    const same = pinned.get(key);
    if (taken.has(key) || same?.includes(value.toLowerCase())) kept.push(option);
    else if (same === undefined) result.unknown.push(name);
    else result.leftOut.push(name);
  }
  return { ...result, url: text.slice(0, at) + (kept.length > 0 ? `?${kept.join('&')}` : '') };
}
