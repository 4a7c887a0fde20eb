import ar from '../../locales/ar.json';
import de from '../../locales/de.json';
import en from '../../locales/en.json';

const catalogues: Record<string, Record<string, unknown>> = { ar, de, en };
const read = (language: string): Record<string, unknown> => catalogues[language] ?? {};

const placesIn = (message: unknown): string[] =>
  [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].filter((place) => place !== '{n}').sort();

describe('catalogues', () => {
  const english = read('en');

  it.each(['de', 'ar'])('have every sentence in %s, in the same order', (language) => {
    expect(Object.keys(read(language))).toEqual(Object.keys(english));
  });

  it.each(['de', 'ar'])('%s has no sentence that English has not, and the same places in each', (language) => {
    for (const [key, message] of Object.entries(read(language))) {
      expect([key, placesIn(message)]).toEqual([key, placesIn(english[key])]);
    }
  });
});
