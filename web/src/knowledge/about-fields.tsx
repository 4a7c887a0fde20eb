import type { KnowledgeDocumentView } from '../api/index.js';
import { languageName, t } from '../i18n/index.js';

/** Languages that shops write in most; another that a document has is offered, too. */
const common = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'pl', 'tr', 'ar', 'ja'];

type About = Pick<KnowledgeDocumentView, 'language' | 'valid_from' | 'valid_until'>;

/** In which language and when a document holds. */
export function AboutFields({ language, valid_from: from, valid_until: until }: Partial<About>) {
  const tags = language && !common.includes(language) ? [language, ...common] : common;
  return (
    <fieldset className="about">
      <label>
        {t('knowledge.field.language')}
        <select name="language" defaultValue={language ?? ''}>
          <option value="">{t('knowledge.field.languageNone')}</option>
          {tags.map((tag) => (
            <option key={tag} value={tag}>
              {languageName(tag)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('knowledge.field.from')}
        <input type="date" name="valid_from" defaultValue={from ?? ''} aria-describedby="days" />
      </label>
      <label>
        {t('knowledge.field.until')}
        <input type="date" name="valid_until" defaultValue={until ?? ''} aria-describedby="days" />
      </label>
      <small id="days">{t('knowledge.field.daysHint')}</small>
    </fieldset>
  );
}

export const textIn = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/** What stands in {@link AboutFields}; what is empty is left out. */
export function aboutIn(form: FormData): Partial<About> {
  const names = ['language', 'valid_from', 'valid_until'] as const;
  return Object.fromEntries(names.flatMap((name) => (textIn(form, name) ? [[name, textIn(form, name)]] : [])));
}
