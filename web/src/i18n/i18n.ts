import en from '../../locales/en.json';
import { Observable, useObservable } from '../ui/observable.js';

export type MessageKey = keyof typeof en;
type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
type Catalogue = Record<string, string | Plural>;

export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

const loaders: Record<Language, () => Promise<Catalogue>> = {
  en: () => Promise.resolve(en),
  de: () => import('../../locales/de.json').then((found) => found.default),
  ar: () => import('../../locales/ar.json').then((found) => found.default),
};

interface Spoken {
  language: Language;
  catalogue: Catalogue;
}

const spoken = new Observable<Spoken>({ language: 'en', catalogue: en });
const languageKey = 'language';

/** What the person chose, else the first of the browser's languages that there is. */
export async function loadLanguage(): Promise<void> {
  const wanted = [localStorage.getItem(languageKey), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  const language = wanted.find((tag): tag is Language => tag !== undefined && tag in languages) ?? 'en';
  await speak(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(languageKey, language);
  await speak(language);
}

async function speak(language: Language): Promise<void> {
  const catalogue = await loaders[language]().catch(() => en as Catalogue);
  document.documentElement.lang = language;
  document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
  spoken.set({ language, catalogue });
}

export type Values = Record<string, string | number>;

/** The sentence in the person's language; English where a catalogue lacks it. `n` chooses the plural. */
export function t(key: MessageKey, values: Values = {}): string {
  const { language, catalogue } = spoken.get();
  const found = catalogue[key] ?? en[key];
  const sentence = typeof found === 'string' ? found : pluralOf(found, language, Number(values['n']));
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => shown(values[name], language));
}

function pluralOf(forms: Plural, language: Language, n: number): string {
  return forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
}

function shown(value: string | number | undefined, language: Language): string {
  return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : (value ?? '');
}

/** Makes a component follow the language. */
export function useLanguage(): Language {
  return useObservable(spoken).language;
}

/** A key made of parts, when there is such a sentence. */
export function tIfKnown(key: string): string | undefined {
  return key in en ? t(key as MessageKey) : undefined;
}
