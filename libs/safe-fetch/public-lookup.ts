import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { checkAddress, type FetchPolicy } from './fetch-policy.js';

/** DNS whose every answer must be public; the connection goes to exactly the address that was checked. */
export function publicLookup(policy: FetchPolicy): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      try {
        for (const { address } of addresses) checkAddress(address, policy);
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, '', 0);
      }
      const [first] = addresses;
      if (options.all) return callback(null, addresses);
      return callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}
