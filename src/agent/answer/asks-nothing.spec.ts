import type { Dm } from '../../dms/index.js';
import { asksNothing } from './asks-nothing.js';

const said = (...texts: string[]) => texts.map((text) => ({ text, attachments: [] }) as unknown as Dm);

describe('asksNothing', () => {
  it.each([
    'Thanks!',
    'ok thank you so much 🙏',
    '❤️🥐',
    'Alles klar, vielen Dank',
    '¡Perfecto, muchas gracias! 🙏',
    'Merci beaucoup !',
    'Grazie mille',
    'Obrigada!',
    'Dank je wel',
    'Dziękuję bardzo',
    'Teşekkürler',
    'شكرا جزيلا',
    'תודה רבה',
    'Спасибо большое!',
    '好的谢谢',
    'ありがとうございます',
    '감사합니다',
  ])('is so for %s', (text) => expect(asksNothing(said(text))).toBe(true));

  it.each([
    'Thanks, and when do you open?',
    'ok?',
    'wo ist mein paket',
    'where is my order',
    'my candle is broken',
    '¿Gracias?',
    'شكرا؟',
    '谢谢，请问几点开门',
    '42',
  ])('is not so for %s', (text) => expect(asksNothing(said(text))).toBe(false));

  it('is not so when one of several asks, nor for a picture', () => {
    expect(asksNothing(said('thanks', 'is it vegan'))).toBe(false);
    const picture = { attachments: [{ type: 'image', url: 'https://cdn.example/a.jpg' }] } as unknown as Dm;
    expect(asksNothing([picture])).toBe(false);
  });
});
