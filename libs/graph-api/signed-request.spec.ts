import { graphFixture } from '../../test/fixtures/graph-fixtures.js';
import { signBody } from './signature.js';
import { signRequest, verifySignedRequest } from './signed-request.js';

const instagram = 'test_ig_secret';
const facebook = 'test_fb_secret';

describe('a signed request', () => {
  const { decoded } = graphFixture<{ decoded: Record<string, unknown> }>('deauthorize-signed-request');

  it('opens with whichever secret signed it', () => {
    const request = signRequest(decoded, facebook);

    expect(verifySignedRequest(request, [instagram, facebook])).toEqual({ ok: true, payload: decoded, secretIndex: 1 });
  });

  it('keeps every digit of a user id that comes as a number', () => {
    const payload = Buffer.from('{"algorithm":"HMAC-SHA256","user_id":17841400008460057}').toString('base64url');
    const signature = signBody(payload, instagram).slice('sha256='.length);
    const request = `${Buffer.from(signature, 'hex').toString('base64url')}.${payload}`;

    expect(verifySignedRequest(request, [instagram])).toMatchObject({ payload: { user_id: '17841400008460057' } });
  });

  it.each([
    ['nothing', undefined, 'missing'],
    ['an empty field', '', 'missing'],
    ['a list', ['a.b'], 'malformed'],
    ['no dot', 'abc', 'malformed'],
    ['two dots', `${signRequest(decoded, instagram)}.x`, 'malformed'],
    ['no JSON inside', signedText('no json'), 'malformed'],
    ['a list inside', signedText('[]'), 'malformed'],
    ['another algorithm', signRequest({ ...decoded, algorithm: 'none' }, instagram), 'malformed'],
    ['no algorithm', signedText('{"user_id":"1"}'), 'malformed'],
    ['a stranger’s signature', signRequest(decoded, 'stranger'), 'mismatch'],
    ['a changed payload', `${signRequest(decoded, instagram).slice(0, -1)}A`, 'mismatch'],
    ['a short signature', `abc.${signRequest(decoded, instagram).split('.')[1]}`, 'mismatch'],
  ])('is refused: %s', (_, value, reason) => {
    expect(verifySignedRequest(value, [instagram, facebook])).toEqual({ ok: false, reason });
  });

  it('is never opened without a secret', () => {
    expect(() => verifySignedRequest(signRequest(decoded, ''), [''])).toThrow(RangeError);
    expect(() => verifySignedRequest(signRequest(decoded, ''), [])).toThrow(RangeError);
    expect(verifySignedRequest(signRequest(decoded, ''), ['', instagram])).toEqual({ ok: false, reason: 'mismatch' });
  });

  function signedText(text: string): string {
    const payload = Buffer.from(text).toString('base64url');
    const signature = Buffer.from(signBody(payload, instagram).slice('sha256='.length), 'hex');
    return `${signature.toString('base64url')}.${payload}`;
  }
});
