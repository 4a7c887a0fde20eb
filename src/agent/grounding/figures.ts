/** Figures of a text by what they say, each in one spelling, so that those of two texts can be compared. */
export interface Figures {
  /** Letters and digits in one, as `JP-1042` or the halves of a postcode; without what stands between them. */
  codes: Set<string>;
  /** Digits of telephone numbers. */
  phones: Set<string>;
  /** Minutes since midnight; `9 am` and `9:00` are the same. */
  times: Set<number>;
  /** `MM-DD`; what could be either order stands in both. */
  dates: Set<string>;
  /** Numbers that count nothing that is measured; `3` of `3 loaves`, also where a source spells it out. */
  numbers: Set<number>;
  /** Numbers with what they measure, as `5 km`, `20 %`, `2 day`. */
  measures: Set<string>;
  /** Amounts of money. */
  amounts: Set<number>;
  /** As written, for telling which it was. */
  written: {
    kind: 'code' | 'phone' | 'time' | 'date' | 'amount' | 'measure' | 'number';
    text: string;
    readings: (string | number)[];
  }[];
}

const monthNames: readonly string[][] = [
  ['january', 'januar', 'jänner', 'enero', 'janvier', 'gennaio', 'janeiro', 'januari', 'stycznia', 'ocak'],
  [
    'february',
    'februar',
    'feber',
    'febrero',
    'février',
    'fevrier',
    'febbraio',
    'fevereiro',
    'februari',
    'lutego',
    'şubat',
  ],
  ['march', 'märz', 'maerz', 'marzo', 'mars', 'março', 'marco', 'maart', 'marca', 'mart'],
  ['april', 'abril', 'avril', 'aprile', 'kwietnia', 'nisan'],
  ['may', 'mai', 'mayo', 'maggio', 'maio', 'mei', 'maja', 'mayıs'],
  ['june', 'juni', 'junio', 'juin', 'giugno', 'junho', 'czerwca', 'haziran'],
  ['july', 'juli', 'julio', 'juillet', 'luglio', 'julho', 'lipca', 'temmuz'],
  ['august', 'agosto', 'août', 'aout', 'augustus', 'sierpnia', 'ağustos'],
  ['september', 'septiembre', 'septembre', 'settembre', 'setembro', 'września', 'eylül'],
  ['october', 'oktober', 'octubre', 'octobre', 'ottobre', 'outubro', 'października', 'ekim'],
  ['november', 'noviembre', 'novembre', 'novembro', 'listopada', 'kasım'],
  ['december', 'dezember', 'diciembre', 'décembre', 'decembre', 'dicembre', 'dezembro', 'grudnia', 'aralık'],
];
const monthByName = new Map(
  monthNames.flatMap((names, index) =>
    names.flatMap((name) => [[name, index + 1] as const, [name.slice(0, 3), index + 1] as const]),
  ),
);
const months = [...monthByName.keys()].sort((one, other) => other.length - one.length).join('|');

const phone = /(?<![\p{L}\p{N}])\+?\(?\d[\d\s()/.-]{5,}\d(?!\p{N})/gu;
const isoDate = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/g;
const namedDate = new RegExp(
  `(?<!\\d)(\\d{1,2})(?:\\.|st|nd|rd|th|º|er)?\\s+(?:de\\s+|of\\s+)?(${months})\\.?(?!\\p{L})`,
  'giu',
);
const monthFirst = new RegExp(`(?<!\\p{L})(${months})\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?(?![\\d:])`, 'giu');
/** With a dot behind it, or a year, it is no time. */
const dottedDate = /(?<![\d.,:/])(\d{1,2})([.])(\d{1,2})\.(?:(\d{4}|\d{2}))?(?!\d)/g;
const shortDate = /(?<![\d.,:/])(\d{1,2})([./])(\d{1,2})(?:\2(\d{4}|\d{2}))?\2?(?![\d:])/g;
const clockTime = /(?<![\d.,])([01]?\d|2[0-4])\s?(?:[:.]|h)\s?([0-5]\d)(?!\d|[.,]\d)(?:\s*(a\.?m\.?|p\.?m\.?))?/giu;
const hourTime =
  /(?<![\d.,:])([01]?\d|2[0-4])\s*(uhr|o['’]clock|a\.?m\.?|p\.?m\.?|h|heures?|horas?|hrs?|uur)(?!\p{L})/giu;
const currency = '€|\\$|£|¥|₹|₺|zł|kr|chf|eur|euros?|usd|dollars?|gbp|pounds?|pln|sek|try|tl|brl|r\\$';
const amountBefore = new RegExp(`(?:${currency})\\s?(\\d[\\d.,’' \\u00a0]*\\d|\\d)`, 'giu');
const amountAfter = new RegExp(`(?<![\\d.,])(\\d[\\d.,’']*\\d|\\d)\\s?(?:${currency})(?!\\p{L})`, 'giu');
const hourRange =
  /(?<![\d.,:])([01]?\d|2[0-4])\s?(?:[-–—]|bis|to|until|à|a|tot|do)\s?([01]?\d|2[0-4])(?![\d:]|[.,]\d)(?:\s*(uhr|o['’]clock|a\.?m\.?|p\.?m\.?|h|heures?|horas?|uur)(?!\p{L}))?/giu;
const code = /(?<![\p{L}\p{N}])(?:\p{Lu}{1,5}-?\d[\p{Lu}\d-]*|\d+\p{Lu}{2,}\d*)(?![\p{L}\p{N}])/gu;
const anyNumber = /\d[\d.,’']*\d|\d/g;
/** What is measured, in the languages that shops write most; the first is its name here. */
const measureWords: Readonly<Record<string, string>> = {
  km: 'km|kilomet(?:er|re|ro)s?',
  cm: 'cm|centimet(?:er|re)s?|zentimeter',
  mm: 'mm',
  m: 'm|met(?:er|re)s?|metros?',
  kg: 'kg|kilos?|kilogramm?s?',
  g: 'g|gr|grams?|gramm',
  ml: 'ml',
  l: 'l|lit(?:er|re|ro)s?',
  '%': '%|percent|prozent|por ?ciento|por ?cento|pour ?cent|per ?cento|procent',
  minute: 'min|mins|minuten?|minutes?|minutos?|minuti|minuut',
  hour: 'hours?|stunden?|heures?|horas?|or[ae]|uren|uur',
  day: 'days?|tagen?|tage|d[ií]as?|jours?|giorn[io]|dagen|werktagen?|arbeitstagen?|working days?|business days?',
  week: 'weeks?|wochen?|semanas?|semaines?|settiman[ae]|weken',
  month: 'months?|monaten?|monate|mes(?:es)?|mois|mes[ei]|maanden',
  year: 'years?|jahren?|jahre|años?|anos?|ans|ann[oi]|jaar',
};
const measured = Object.entries(measureWords).map(
  ([name, words]) =>
    [name, new RegExp(`(?<![\\d.,])(\\d[\\d.,’']*\\d|\\d)\\s?-?(?:${words})(?!\\p{L})`, 'giu')] as const,
);

const numberWords: readonly string[] = [
  'one|ein|eine|einen|einem|einer|un|una|uno|une|um|uma',
  'two|zwei|dos|deux|due|dois|duas|twee',
  'three|drei|tres|trois|tre|três|drie',
  'four|vier|cuatro|quatre|quattro|quatro',
  'five|fünf|cinco|cinq|cinque|vijf',
  'six|sechs|seis|sei|zes',
  'seven|sieben|siete|sept|sette|sete|zeven',
  'eight|acht|ocho|huit|otto|oito',
  'nine|neun|nueve|neuf|nove|negen',
  'ten|zehn|diez|dix|dieci|dez|tien',
  'eleven|elf|once|onze|undici',
  'twelve|zwölf|doce|douze|dodici|doze|twaalf',
];
const spelledOut = numberWords.map((words) => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'giu'));

/** A number at the beginning of a line counts the lines. */
const listMark = /^[^\S\n]*\d{1,2}[.)](?=\s)/gm;

/** Writes spelled-out numbers up to twelve as digits: for what is compared with, not for what is checked. */
export function withDigits(text: string): string {
  return spelledOut.reduce((spelled, words, index) => spelled.replace(words, String(index + 1)), text);
}

interface Reader {
  kind: Figures['written'][number]['kind'];
  pattern: RegExp;
  /** What it means; none where it means something else. */
  readings: (match: RegExpMatchArray) => (string | number)[];
}

const setOfKind = {
  code: 'codes',
  phone: 'phones',
  time: 'times',
  date: 'dates',
  amount: 'amounts',
  measure: 'measures',
  number: 'numbers',
} as const;

/** In this order: what one has read, the next ones don't. */
const readers: readonly Reader[] = [
  { kind: 'date', pattern: isoDate, readings: ([, , month, day]) => dateReadings(Number(month), Number(day)) },
  { kind: 'date', pattern: namedDate, readings: ([, day, month = '']) => dateReadings(monthOf(month), Number(day)) },
  { kind: 'date', pattern: monthFirst, readings: ([, month = '', day]) => dateReadings(monthOf(month), Number(day)) },
  { kind: 'amount', pattern: amountBefore, readings: ([, amount = '']) => readingsOfNumber(amount) },
  { kind: 'amount', pattern: amountAfter, readings: ([, amount = '']) => readingsOfNumber(amount) },
  { kind: 'phone', pattern: phone, readings: ([all]) => phoneReadings(all) },
  { kind: 'date', pattern: dottedDate, readings: ([, day, , month]) => dateReadings(Number(month), Number(day)) },
  {
    kind: 'time',
    pattern: clockTime,
    readings: ([, hour, minute, half]) => timeReadings(Number(hour), Number(minute), half),
  },
  {
    kind: 'time',
    pattern: hourRange,
    readings: ([, from, to, unit]) => [from, to].flatMap((hour) => timeReadings(Number(hour), 0, unit)),
  },
  { kind: 'time', pattern: hourTime, readings: ([, hour, unit]) => timeReadings(Number(hour), 0, unit) },
  { kind: 'date', pattern: shortDate, readings: ([, first, , second]) => eitherOrder(Number(first), Number(second)) },
  ...measured.map(([name, pattern]): Reader => ({
    ...{ kind: 'measure', pattern },
    readings: ([, number = '']) => readingsOfNumber(number).map((reading) => `${reading} ${name}`),
  })),
  { kind: 'code', pattern: code, readings: ([all]) => [compactCode(all)] },
  { kind: 'number', pattern: anyNumber, readings: ([all]) => readingsOfNumber(all) },
];

/** Reads the figures of a text in any script of digits. */
export function figuresOf(raw: string): Figures {
  const figures: Figures = {
    ...{ codes: new Set(), phones: new Set(), times: new Set(), dates: new Set() },
    ...{ numbers: new Set(), measures: new Set(), amounts: new Set(), written: [] },
  };
  let text = plainDigits(raw).replace(listMark, '');
  for (const { kind, pattern, readings: readingsOf } of readers) {
    const read: [number, number][] = [];
    for (const match of text.matchAll(pattern)) {
      const readings = readingsOf(match);
      if (readings.length === 0) continue;
      const set = figures[setOfKind[kind]] as Set<string | number>;
      for (const reading of readings) set.add(reading);
      figures.written.push({ kind, text: match[0].trim().replace(/[.,]$/, ''), readings });
      read.push([match.index, match.index + match[0].length]);
    }
    for (const [from, to] of read) text = text.slice(0, from) + ' '.repeat(to - from) + text.slice(to);
  }
  return figures;
}

/** Upper-case, without what people write between its parts. */
export function compactCode(text: string): string {
  return text.toUpperCase().replace(/[^\p{L}\p{N}]+/gu, '');
}

function phoneReadings(written: string): string[] {
  const digits = written.replace(/\D/g, '');
  const isNumber = /^\d{1,3}([.,]\d{3})+([.,]\d+)?$/.test(written);
  return digits.length >= 7 && digits.length <= 15 && !isNumber ? [digits] : [];
}

function eitherOrder(one: number, other: number): string[] {
  return [...dateReadings(other, one), ...dateReadings(one, other)];
}

/** Arabic, Persian, Devanagari and full-width digits as ours. */
function plainDigits(text: string): string {
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    let zero = code;
    while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && code - zero < 9) zero--;
    return code < 0x80 ? digit : String(code - zero);
  });
}

function monthOf(name: string): number {
  const lower = name.toLowerCase();
  return monthByName.get(lower) ?? monthByName.get(lower.slice(0, 3)) ?? 0;
}

function dateReadings(month: number, day: number): string[] {
  if (month < 1 || month > 12 || day < 1 || day > 31) return [];
  return [`${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`];
}

/** `9 pm` is one time; `9:00` on a shop's door may be the morning or the evening only where it says so. */
function timeReadings(hour: number, minute: number, half = ''): number[] {
  if (hour > 24 || minute > 59) return [];
  const said = half.replace(/\W/g, '').toLowerCase();
  if (said === 'pm') return [((hour % 12) + 12) * 60 + minute];
  if (said === 'am') return [(hour % 12) * 60 + minute];
  return [(hour % 24) * 60 + minute];
}

/** `1.500` is fifteen hundred here and one and a half there: both. */
export function readingsOfNumber(written: string): number[] {
  const digits = written.replace(/[’'\s\u00a0]/g, '');
  const readings = new Set<number>();
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  if (last === -1) readings.add(Number(digits));
  else {
    const whole = digits.slice(0, last).replace(/[.,]/g, '');
    const rest = digits.slice(last + 1);
    readings.add(Number(`${whole}.${rest}`));
    if (rest.length === 3) readings.add(Number(whole + rest));
  }
  return [...readings].filter(Number.isFinite);
}
