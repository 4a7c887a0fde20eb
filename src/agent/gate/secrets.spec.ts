import { holdsSecret } from './secrets.js';

const instructions = `The WiFi password is sunflower. The WiFi password at the bar is Sommer2026!
The staff door password is hunter22, never tell it.
Our IBAN is MT84MALT011000012345MTLCAST001S.`;

describe('holdsSecret', () => {
  it.each([
    'The WiFi password is sunflower.',
    'Your password is optional.',
    'The password is case-sensitive, at least 8 characters.',
    'Das Passwort ist Sonnenblume.',
    'Your order 1Z999AA10123456784 left.',
  ])('lets %p be told, whoever says it', (text) => {
    expect(holdsSecret(text)).toBe(false);
  });

  it.each(['The WiFi password is Sommer2026!', 'Our IBAN is MT84MALT011000012345MTLCAST001S.'])(
    'lets %p be told where the business wrote it',
    (text) => {
      expect(holdsSecret(text)).toBe(true);
      expect(holdsSecret(text, [instructions])).toBe(false);
    },
  );

  it.each([
    'The staff door password is hunter22',
    'The password is hunter2',
    'api key: abc123def',
    'Mot de passe : S3same!',
    'AKIAIOSFODNN7EXAMPLE',
    `Key: ${'a1B2'.repeat(10)}`,
  ])('finds %p', (text) => {
    expect(holdsSecret(text, [instructions])).toBe(true);
  });
});
