import type { Dm } from '../../dms/index.js';
import { customersLanguage, fallbackWords, ownLanguages, ownWords } from './own-words.js';

const wrote = (text: string, _id = 'a') => ({ _id, text, direction: 'inbound' }) as Dm;
const open = (text: string) => ({ open: [wrote(text)], history: [] });

describe('what is told without the model', () => {
  it.each([
    ['I want to talk to a human, please!', 'en'],
    ['Kann ich bitte mit einem Mitarbeiter sprechen?', 'de'],
    ['Quiero hablar con una persona', 'es'],
    ['Je voudrais parler à une personne', 'fr'],
    ['Vorrei parlare con una persona', 'it'],
    ['Gostaria de falar com uma pessoa, não com um robô', 'pt'],
    ['Ik wil graag met een medewerker praten', 'nl'],
    ['Chcę rozmawiać z człowiekiem', 'pl'],
    ['Bir insanla görüşmek istiyorum', 'tr'],
    ['أريد التحدث مع موظف', 'ar'],
    ['אפשר לדבר עם נציג', 'he'],
    ['می‌خواهم با پشتیبان صحبت کنم', 'fa'],
    ['Хочу поговорить с человеком', 'ru'],
    ['请帮我转人工', 'zh'],
    ['担当者につないでください', 'ja'],
    ['상담원 연결해 주세요', 'ko'],
  ])('is in the language of “%s”', (text, language) => expect(customersLanguage(open(text))).toBe(language));

  it('is in that of earlier messages where the last tells none, and in English where none does', () => {
    const history = [wrote('Wann habt ihr am Samstag geöffnet?', 'b')];
    expect(customersLanguage({ open: [wrote('??')], history })).toBe('de');
    expect(customersLanguage(open('👍'))).toBe('en');
  });

  it('is in the one that the model named, where there are words in it', () => {
    expect(customersLanguage(open('Hallo'), 'pt-BR')).toBe('pt');
    expect(customersLanguage(open('Wann öffnet ihr morgen?'), 'tlh')).toBe('de');
  });

  it('is there in each language, and differs', () => {
    const all = [...ownLanguages].flatMap((language) => [
      ownWords('escalation', language),
      ownWords('unknown', language),
    ]);
    expect(new Set(all).size).toBe(all.length);
    expect(ownLanguages.size).toBeGreaterThan(20);
  });

  it('is the account’s own where it has some, and nothing where it wants silence', () => {
    const asked = open('Wo ist mein Paket geblieben?');
    expect(fallbackWords({ settings: { when_unanswered: 'hand_over' }, ...asked })).toMatch(/Kolleg/);
    expect(fallbackWords({ settings: { when_unanswered: 'say_so' }, ...asked })).toMatch(/leider nicht/);
    expect(fallbackWords({ settings: { when_unanswered: 'silence' }, ...asked })).toBeUndefined();
    expect(fallbackWords({ settings: { when_unanswered: 'silence', fallback_text: 'x' }, ...asked })).toBe('x');
  });
});
