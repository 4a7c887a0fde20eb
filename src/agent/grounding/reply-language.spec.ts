import { isInAnotherLanguage } from './reply-language.js';

const english = 'I am sorry, that is something I cannot tell you, so please ask the people in the shop.';
const german = 'Das kann ich dir leider nicht genau sagen, frag bitte im Laden nach, dort hilft man dir gern weiter.';

describe('the language of a reply', () => {
  it.each([
    [english, 'de'],
    [english, 'tr'],
    [english, 'fa'],
    [english, 'uk'],
    [english, 'ko'],
    [english, 'pt-BR'],
    [german, 'en'],
    [german, 'sv'],
  ])('%p is not %s', (reply, language) => {
    expect(isInAnotherLanguage(reply, language)).toBe(true);
  });

  it.each([
    [english, 'en-GB'],
    [german, 'de'],
    ['A butter croissant is 2.30 €, a walnut bread 5.20 €.', 'en'],
    ['Hej! Vi ger 90 dagars garanti på allt arbete, spara kvittot.', 'sv'],
    ['Hei! Vi gir 90 dagers garanti på alt arbeid, ta vare på kvitteringen.', 'nb'],
    ['Добрий день! Одномісний номер коштує 62 євро за ніч, без сніданку.', 'uk'],
    ['سلام! شنبه‌ها از ساعت ۹:۰۰ تا ۱۴:۰۰ باز هستیم و منتظر شما.', 'fa'],
    ['OK, see you!', 'tr'],
    [english, 'no language'],
  ])('%p may be %s', (reply, language) => {
    expect(isInAnotherLanguage(reply, language)).toBe(false);
  });
});
