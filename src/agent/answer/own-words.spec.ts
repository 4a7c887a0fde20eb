import type { Dm } from '../../dms/index.js';
import { defaultAgentSettings, type AgentSettings } from '../../accounts/index.js';
import { customersLanguage, escalationWords, fallbackWords, ownLanguages, ownWords } from './own-words.js';

const wrote = (text: string, _id = 'a') => ({ _id, text, direction: 'inbound' }) as Dm;
const now = new Date('2026-11-30T19:00:00Z');
const settings = (patch: Partial<AgentSettings> = {}): AgentSettings => ({
  ...defaultAgentSettings({
    ...{ OPENAI_MODEL: 'm', OPENAI_REASONING_EFFORT: 'low', AGENT_HISTORY: 30, AGENT_QUIET_MS: 0 },
  }),
  limited: [],
  ...patch,
});
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
    const english = [wrote('When do you open on Saturdays, please?', 'b')];
    expect(customersLanguage({ ...open('Kann ich bitte mit einem Mitarbeiter sprechen?'), history: english })).toBe(
      'de',
    );
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
    const said = (patch: Partial<AgentSettings>) => fallbackWords({ settings: settings(patch), ...asked }, now);
    expect(said({ when_unanswered: 'hand_over' })).toMatch(/Kolleg/);
    expect(said({ when_unanswered: 'say_so' })).toMatch(/leider nicht/);
    expect(said({ when_unanswered: 'silence' })).toBeUndefined();
    expect(said({ when_unanswered: 'silence', fallback_text: 'x' })).toBe('x');
  });

  it('says when somebody comes, where the account has hours, once and where the owner wants it', () => {
    const hours = { weekly: [{ days: ['tue' as const], from: '09:00', to: '16:00' }] };
    const asked = open('Kann ich bitte mit einem Mitarbeiter sprechen?');
    const said = (patch: Partial<AgentSettings>, text?: string) =>
      escalationWords({ settings: settings({ timezone: 'Europe/Berlin', ...patch }), ...asked }, { text, now });

    expect(said({ people_hours: hours })).toBe(
      'Eine Kollegin oder ein Kollege antwortet hier. Wir sind morgen ab 9:00 Uhr da.',
    );
    // A shop's people are there while it is open.
    expect(said({ opening_hours: hours })).toContain('morgen ab 9:00 Uhr');
    expect(said({ people_hours: hours }, 'Jemand meldet sich.')).toBe(
      'Jemand meldet sich. Wir sind morgen ab 9:00 Uhr da.',
    );
    expect(said({ people_hours: hours }, 'Wir melden uns morgen um 9:00.')).toBe('Wir melden uns morgen um 9:00.');
    expect(said({ people_hours: hours, hand_over_text: 'Gerne! {when}' })).toBe(
      'Gerne! Wir sind morgen ab 9:00 Uhr da.',
    );
    expect(said({ people_hours: hours, hand_over_text: 'Gerne!' })).toBe('Gerne!');
    expect(said({ hand_over_text: 'Gerne! {when}' })).toBe('Gerne!');
    expect(said({})).toBe('Eine Kollegin oder ein Kollege antwortet hier.');
  });
});
