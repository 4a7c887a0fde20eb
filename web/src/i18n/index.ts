export {
  chooseLanguage,
  languages,
  loadLanguage,
  t,
  tIfKnown,
  useLanguage,
  type Language,
  type MessageKey,
} from './i18n.js';
export { clockTime, dayAndTime, duration, languageName, longDay, plainDay, shortTime, useNow } from './times.js';
