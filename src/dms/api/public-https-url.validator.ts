import { isIP } from 'node:net';
import { ValidateBy, type ValidationOptions } from 'class-validator';

const maxLength = 2_000;
/** Names that lead into a network of one's own, or nowhere. */
const privateNames =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|test|invalid|onion|arpa)$/;

/**
 * Whether Meta may be asked to fetch from there: https, the default port, a public name. An address in digits, a name
 * of an inner network or credentials in the URL are refused, so that nobody probes a network by what Meta reports.
 */
export function isPublicHttpsUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > maxLength || !URL.canParse(value)) return false;
  const url = new URL(value);
  const host = url.hostname.replace(/\.$/, '').toLowerCase();
  return (
    url.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    url.password === '' &&
    host.includes('.') &&
    !host.startsWith('[') &&
    isIP(host) === 0 &&
    !privateNames.test(host)
  );
}

/** Validates with {@link isPublicHttpsUrl}. */
export function IsPublicHttpsUrl(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isPublicHttpsUrl',
      validator: {
        validate: isPublicHttpsUrl,
        defaultMessage: () => `expected a public https address of at most ${maxLength} characters`,
      },
    },
    options,
  );
}
