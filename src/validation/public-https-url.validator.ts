import { isIP } from 'node:net';
import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

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

/** As a browser would send it: spaces and umlauts encoded, names in their ASCII form. What is no URL stays as it is. */
export function asSent(value: unknown): unknown {
  return typeof value === 'string' && value.length <= maxLength && URL.canParse(value) ? new URL(value).href : value;
}

/** Makes it what {@link asSent} says and checks that with {@link isPublicHttpsUrl}: what was checked is what is used. */
export function IsPublicHttpsUrl(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => asSent(value)),
    ValidateBy({
      name: 'isPublicHttpsUrl',
      validator: {
        validate: isPublicHttpsUrl,
        defaultMessage: () => `expected a public https address of at most ${maxLength} characters`,
      },
    }),
  );
}
