import { Secret } from '../config/index.js';
import { confirmSubscription } from './verify-subscription.js';

const token = 'the-token-we-agreed-on';
const agreed = new Secret(token);

describe('confirmSubscription', () => {
  it.each([
    [{ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '42' }],
    [{ 'hub[mode]': 'subscribe', 'hub[verify_token]': token, 'hub[challenge]': '42' }],
    [{ hub: { mode: 'subscribe', verify_token: token, challenge: '42' } }],
  ])('gives the challenge of %j back', (query) => {
    expect(confirmSubscription(query, agreed)).toBe('42');
  });

  it.each([
    [{}],
    [{ hub: 'subscribe' }],
    [{ hub: null }],
    [{ 'hub.mode': 'subscribe', 'hub.verify_token': [token], 'hub.challenge': '42' }],
    [{ 'hub.mode': 'subscribe', 'hub.verify_token': { $ne: '' }, 'hub.challenge': '42' }],
    [{ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': 'x'.repeat(5_000) }],
    [{ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub[verify_token]': 'another', 'hub.challenge': '42' }],
    [{ 'hub.mode': 'subscribe', 'hub.verify_token': `${token}!`, 'hub.challenge': '42' }],
    [{ 'hub.mode': 'Subscribe', 'hub.verify_token': token, 'hub.challenge': '42' }],
  ])('does not confirm %j', (query) => {
    expect(confirmSubscription(query, agreed)).toBeNull();
  });
});
