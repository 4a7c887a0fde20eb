const languages = [
  ...['en', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'sv', 'da', 'nb', 'fi', 'pl', 'cs', 'sk', 'hu', 'ro', 'hr', 'el'],
  ...['tr', 'ru', 'uk', 'bg', 'ar', 'fa', 'he', 'hi', 'zh', 'ja', 'ko', 'th', 'vi', 'id'],
];
/** From Sunday, as `getUTCDay` counts. */
const names = Array.from({ length: 7 }, (_, day) => {
  // 3 January 2021 was a Sunday.
  const date = new Date(Date.UTC(2021, 0, 3 + day));
  const written = languages.flatMap((language) =>
    (['long', 'short'] as const).map((weekday) =>
      new Intl.DateTimeFormat(language, { weekday, timeZone: 'UTC' }).format(date).toLowerCase().replace(/\.$/, ''),
    ),
  );
  // One letter names two days in many languages.
  return new Set(written.filter((name) => name.length > 1 || /\p{Lo}/u.test(name)));
});
/** With the ending that a language adds to it: `Samstags`, `lördagen`. */
const patterns = names.map(
  (days) => new RegExp(`(?<!\\p{L})(?:${[...days].join('|')})(?:s|en|et|er)?(?!\\p{L})`, 'iu'),
);

/** Days of the week that a text names, from Sunday 0, in the languages that customers write most. */
export function weekdaysIn(text: string): Set<number> {
  const plain = text.normalize('NFC');
  return new Set(patterns.flatMap((pattern, day) => (pattern.test(plain) ? [day] : [])));
}
