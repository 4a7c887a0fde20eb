import { dayIn } from '../context/local-time.js';
import { dayAfter } from '../runs/calendar-days.js';
import type { Availability } from './availability.js';

/** How a language says when somebody is there. `{time}`, `{day}` and `{date}` stand for what is said of them. */
interface WhenWords {
  until: string;
  today: string;
  tomorrow: string;
  onDay: string;
  onDate: string;
  /** From Sunday on, where the calendar's own word does not fit behind a preposition. */
  days?: readonly string[];
  /** The calendar that it is written in, where that is not its own name's. */
  locale?: string;
}

const words: Record<string, WhenWords> = {
  en: {
    until: 'We are here today until {time}.',
    today: 'We are here today from {time}.',
    tomorrow: 'We are here tomorrow from {time}.',
    onDay: 'We are here on {day} from {time}.',
    onDate: 'We are here on {date} from {time}.',
    locale: 'en-GB',
  },
  de: {
    until: 'Wir sind heute bis {time} Uhr da.',
    today: 'Wir sind heute ab {time} Uhr da.',
    tomorrow: 'Wir sind morgen ab {time} Uhr da.',
    onDay: 'Wir sind am {day} ab {time} Uhr da.',
    onDate: 'Wir sind am {date} ab {time} Uhr da.',
  },
  es: {
    until: 'Estamos aquí hoy hasta las {time}.',
    today: 'Estamos aquí hoy a partir de las {time}.',
    tomorrow: 'Estamos aquí mañana a partir de las {time}.',
    onDay: 'Estamos aquí el {day} a partir de las {time}.',
    onDate: 'Estamos aquí el {date} a partir de las {time}.',
  },
  fr: {
    until: 'Nous sommes là aujourd’hui jusqu’à {time}.',
    today: 'Nous sommes là aujourd’hui à partir de {time}.',
    tomorrow: 'Nous sommes là demain à partir de {time}.',
    onDay: 'Nous sommes là {day} à partir de {time}.',
    onDate: 'Nous sommes là le {date} à partir de {time}.',
  },
  it: {
    until: 'Siamo qui oggi fino alle {time}.',
    today: 'Siamo qui oggi dalle {time}.',
    tomorrow: 'Siamo qui domani dalle {time}.',
    onDay: 'Siamo qui {day} dalle {time}.',
    onDate: 'Siamo qui il {date} dalle {time}.',
  },
  pt: {
    until: 'Estamos aqui hoje até às {time}.',
    today: 'Estamos aqui hoje a partir das {time}.',
    tomorrow: 'Estamos aqui amanhã a partir das {time}.',
    onDay: 'Estamos aqui {day} a partir das {time}.',
    onDate: 'Estamos aqui em {date} a partir das {time}.',
    days: [
      ...['no domingo', 'na segunda-feira', 'na terça-feira', 'na quarta-feira', 'na quinta-feira'],
      ...['na sexta-feira', 'no sábado'],
    ],
  },
  nl: {
    until: 'We zijn er vandaag tot {time}.',
    today: 'We zijn er vandaag vanaf {time}.',
    tomorrow: 'We zijn er morgen vanaf {time}.',
    onDay: 'We zijn er {day} vanaf {time}.',
    onDate: 'We zijn er op {date} vanaf {time}.',
  },
  pl: {
    until: 'Jesteśmy dziś do {time}.',
    today: 'Jesteśmy dziś od {time}.',
    tomorrow: 'Jesteśmy jutro od {time}.',
    onDay: 'Jesteśmy {day} od {time}.',
    onDate: 'Jesteśmy {date} od {time}.',
    days: ['w niedzielę', 'w poniedziałek', 'we wtorek', 'w środę', 'w czwartek', 'w piątek', 'w sobotę'],
  },
  tr: {
    until: 'Bugün {time} saatine kadar buradayız.',
    today: 'Bugün {time} saatinden itibaren buradayız.',
    tomorrow: 'Yarın {time} saatinden itibaren buradayız.',
    onDay: '{day} günü {time} saatinden itibaren buradayız.',
    onDate: '{date} günü {time} saatinden itibaren buradayız.',
  },
  ar: {
    until: 'نحن هنا اليوم حتى الساعة {time}.',
    today: 'نحن هنا اليوم ابتداءً من الساعة {time}.',
    tomorrow: 'نحن هنا غدًا ابتداءً من الساعة {time}.',
    onDay: 'نحن هنا يوم {day} ابتداءً من الساعة {time}.',
    onDate: 'نحن هنا يوم {date} ابتداءً من الساعة {time}.',
    locale: 'ar-EG-u-nu-latn',
  },
  he: {
    until: 'אנחנו כאן היום עד {time}.',
    today: 'אנחנו כאן היום החל מ-{time}.',
    tomorrow: 'אנחנו כאן מחר החל מ-{time}.',
    onDay: 'אנחנו כאן ב{day} החל מ-{time}.',
    onDate: 'אנחנו כאן ב-{date} החל מ-{time}.',
  },
  ru: {
    until: 'Мы на связи сегодня до {time}.',
    today: 'Мы на связи сегодня с {time}.',
    tomorrow: 'Мы на связи завтра с {time}.',
    onDay: 'Мы на связи {day} с {time}.',
    onDate: 'Мы на связи {date} с {time}.',
    days: ['в воскресенье', 'в понедельник', 'во вторник', 'в среду', 'в четверг', 'в пятницу', 'в субботу'],
  },
  uk: {
    until: 'Ми на зв’язку сьогодні до {time}.',
    today: 'Ми на зв’язку сьогодні з {time}.',
    tomorrow: 'Ми на зв’язку завтра з {time}.',
    onDay: 'Ми на зв’язку {day} з {time}.',
    onDate: 'Ми на зв’язку {date} з {time}.',
    days: ['у неділю', 'у понеділок', 'у вівторок', 'у середу', 'у четвер', 'у п’ятницю', 'у суботу'],
  },
  zh: {
    until: '我们今天在线到{time}。',
    today: '我们今天{time}起在线。',
    tomorrow: '我们明天{time}起在线。',
    onDay: '我们{day}{time}起在线。',
    onDate: '我们{date}{time}起在线。',
  },
  ja: {
    until: '本日は{time}まで対応しています。',
    today: '本日は{time}から対応します。',
    tomorrow: '明日{time}から対応します。',
    onDay: '{day}の{time}から対応します。',
    onDate: '{date}の{time}から対応します。',
  },
};

/**
 * When somebody is there, in a sentence of the customer's language, or of English: "We are here tomorrow from 9:00."
 * @returns `undefined` where nobody said when, or never
 */
export function whenWords(availability: Availability | undefined, now: Date, language: string): string | undefined {
  const at = availability?.open ? availability.until : availability?.next;
  const own = words[language] ?? words.en;
  if (!availability || !at || !own) return undefined;
  const { timezone } = availability;
  const locale = own.locale ?? (words[language] ? language : 'en-GB');
  const said = {
    time: timeIn(timezone, at),
    day: own.days?.[weekdayIn(timezone, at)] ?? format(locale, timezone, at, { weekday: 'long' }),
    date: format(locale, timezone, at, { day: 'numeric', month: 'long' }),
  };
  const sentence = own[formOf(availability.open, dayIn(timezone, now), dayIn(timezone, at))];
  return sentence.replace(/\{(time|day|date)\}/g, (_all, name: keyof typeof said) => said[name]);
}

/** `9:00`, as the clock there shows it. */
export function timeIn(timeZone: string, at: Date): string {
  return format('en-GB', timeZone, at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).replace(/^0/, '');
}

function formOf(open: boolean, today: string, day: string): 'until' | 'today' | 'tomorrow' | 'onDay' | 'onDate' {
  // What is open past midnight is so today.
  if (open) return 'until';
  if (day === today) return 'today';
  if (day === dayAfter(today)) return 'tomorrow';
  const inDays = (Date.parse(day) - Date.parse(today)) / 86_400_000;
  return inDays < 7 ? 'onDay' : 'onDate';
}

function weekdayIn(timeZone: string, at: Date): number {
  return new Date(`${dayIn(timeZone, at)}T00:00:00Z`).getUTCDay();
}

function format(locale: string, timeZone: string, at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(at);
}
