import ipaddr from 'ipaddr.js';

/** Names that stand for networks, as Fastify knows them. */
const named = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * Whether Fastify takes it for proxies that are trusted: an address, a network, or a name of such. None means everybody:
 * then anybody could say who they are.
 */
export function isNetwork(text: string): boolean {
  if (named.has(text)) return true;
  const [address = '', prefix, ...more] = text.split('/');
  if (more.length > 0 || !isAddress(address)) return false;
  const bits = ipaddr.parse(address).kind() === 'ipv4' ? 32 : 128;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits);
}

/** `10` and `0x7f.1` are addresses to some; whoever writes them here most likely means something else. */
function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}
