import { decodeWhatsAppDelivery } from '#libs/whatsapp-api';
import { channelFixture } from '../../../test/fixtures/channel-fixtures.js';
import { customerMessage } from '../../../test/support/meta-server.js';
import { marketingWishOf, noteMarketing } from './marketing-wish.js';

const own = new Set(['105600000000002']);
const wishIn = (body: unknown) => {
  const [event] = decodeWhatsAppDelivery(body).entries.flatMap(({ events }) => events);
  return event && marketingWishOf(event, own);
};
const said = (text: string) => wishIn(customerMessage({ id: 'wamid.1', type: 'text', text: { body: text } }));

describe('what a person says about marketing', () => {
  it.each(['STOP', ' stop. ', 'Stop!', 'Désabonner', 'abmelden', 'СТОП', 'إلغاء الاشتراك', '停止', 'Darse de baja'])(
    'is that they want none: %s',
    (text) => expect(said(text)).toEqual({ value: 'stop', by: 'message' }),
  );

  it.each(['Where is your bus stop?', 'Stop by tomorrow', 'Please stop sending me the small ones', '', '👍'])(
    'is nothing where the words are about something else: %s',
    (text) => expect(said(text)).toBeUndefined(),
  );

  it('is taken back by a word, too', () => {
    expect(said('start')).toEqual({ value: 'resume', by: 'message' });
  });

  it('is a button of a template, by its words', () => {
    const button = customerMessage({
      id: 'wamid.1',
      type: 'button',
      button: { text: 'Stop promotions', payload: 'P-7' },
    });
    expect(wishIn(button)).toEqual({ value: 'stop', by: 'message' });
  });

  it('is chosen in WhatsApp’s own settings', () => {
    expect(wishIn(channelFixture('wa-user-preferences-stop').payload)).toEqual({ value: 'stop', by: 'channel' });
    expect(wishIn(channelFixture('wa-user-preferences-resume').payload)).toEqual({ value: 'resume', by: 'channel' });
  });

  it('stands as it was said last, whatever comes first', () => {
    const [stop, resume] = [{ value: 'stop', by: 'message' }, { value: 'resume', by: 'channel' }] as const; // prettier-ignore
    const ways = [
      [[stop, 1_000], [resume, 2_000]],
      [[resume, 2_000], [stop, 1_000], [stop, 1_000]],
    ] as const; // prettier-ignore
    for (const way of ways) {
      const conversation = {};
      for (const [wish, at] of way) noteMarketing(conversation, wish, at);
      expect(conversation).toEqual({ marketing: { opted_out: false, at: new Date(2_000), by: 'channel' } });
    }
    const atOnce = {};
    for (const wish of [stop, resume]) noteMarketing(atOnce, wish, 1_000);
    expect(atOnce).toMatchObject({ marketing: { opted_out: true } });
  });
});
