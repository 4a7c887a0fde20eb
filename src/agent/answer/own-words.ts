import type { AgentSettings } from '../../accounts/index.js';
import type { Dm } from '../../dms/index.js';
import type { AnswerRecord } from './answer-record.js';
import { peopleAt } from '../hours/availability.js';
import { timeIn, whenWords } from '../hours/when-words.js';
import { languageOf } from '../text/language.js';

/** What the customer is told without the model. */
interface OwnWords {
  /** That a person will answer. */
  escalation: string;
  /** That there is no answer. */
  unknown: string;
}

const words: Record<string, OwnWords> = {
  en: {
    escalation: 'A colleague will answer you here.',
    unknown: 'I’m sorry, I can’t answer that.',
  },
  de: {
    escalation: 'Eine Kollegin oder ein Kollege antwortet hier.',
    unknown: 'Das kann ich leider nicht beantworten.',
  },
  es: {
    escalation: 'Una persona de nuestro equipo responderá por aquí.',
    unknown: 'Lo siento, no puedo responder a eso.',
  },
  fr: {
    escalation: 'Une personne de notre équipe vous répondra ici.',
    unknown: 'Désolé, je ne peux pas répondre à cette question.',
  },
  it: {
    escalation: 'Una persona del nostro team risponderà qui.',
    unknown: 'Mi dispiace, a questo non so rispondere.',
  },
  pt: {
    escalation: 'Uma pessoa da nossa equipa vai responder por aqui.',
    unknown: 'Lamento, não consigo responder a isso.',
  },
  nl: {
    escalation: 'Een collega antwoordt hier.',
    unknown: 'Sorry, daar kan ik geen antwoord op geven.',
  },
  pl: {
    escalation: 'Odpowie tutaj osoba z naszego zespołu.',
    unknown: 'Przepraszam, na to nie potrafię odpowiedzieć.',
  },
  tr: {
    escalation: 'Bir çalışma arkadaşımız size buradan yanıt verecek.',
    unknown: 'Üzgünüm, buna yanıt veremiyorum.',
  },
  ar: {
    escalation: 'سيجيبك أحد زملائنا هنا.',
    unknown: 'عذرًا، لا أستطيع الإجابة عن ذلك.',
  },
  he: {
    escalation: 'נציג מהצוות שלנו יענה כאן.',
    unknown: 'מצטערים, אין לי תשובה על זה.',
  },
  fa: {
    escalation: 'یکی از همکاران ما همین‌جا پاسخ می‌دهد.',
    unknown: 'متأسفم، نمی‌توانم به این پاسخ بدهم.',
  },
  ru: {
    escalation: 'Вам здесь ответит наш сотрудник.',
    unknown: 'К сожалению, я не могу на это ответить.',
  },
  uk: {
    escalation: 'Вам тут відповість наш співробітник.',
    unknown: 'На жаль, я не можу на це відповісти.',
  },
  zh: { escalation: '我们的同事会在这里回复您。', unknown: '抱歉，这个问题我无法回答。' },
  ja: { escalation: '担当者がこちらでお返事します。', unknown: '申し訳ありませんが、お答えできません。' },
  ko: { escalation: '담당자가 여기에서 답변드리겠습니다.', unknown: '죄송하지만 답변드릴 수 없습니다.' },
  hi: {
    escalation: 'हमारे एक सहकर्मी यहाँ उत्तर देंगे।',
    unknown: 'क्षमा करें, मैं इसका उत्तर नहीं दे सकता।',
  },
  el: {
    escalation: 'Θα σας απαντήσει εδώ κάποιος από την ομάδα μας.',
    unknown: 'Λυπάμαι, δεν μπορώ να απαντήσω σε αυτό.',
  },
  sv: { escalation: 'En kollega svarar dig här.', unknown: 'Tyvärr kan jag inte svara på det.' },
  da: { escalation: 'En kollega svarer dig her.', unknown: 'Det kan jeg desværre ikke svare på.' },
  no: { escalation: 'En kollega svarer deg her.', unknown: 'Det kan jeg dessverre ikke svare på.' },
  fi: { escalation: 'Työtoverimme vastaa sinulle täällä.', unknown: 'Valitettavasti en osaa vastata siihen.' },
  cs: { escalation: 'Odpoví vám tady někdo z našeho týmu.', unknown: 'Omlouvám se, na to neumím odpovědět.' },
  ro: { escalation: 'Un coleg vă va răspunde aici.', unknown: 'Îmi pare rău, nu pot răspunde la asta.' },
  hu: { escalation: 'Egy kollégánk itt fog válaszolni.', unknown: 'Sajnos erre nem tudok válaszolni.' },
};

/** Languages in which something can be told without the model, as two letters of ISO 639-1. */
export const ownLanguages: ReadonlySet<string> = new Set(Object.keys(words));

/** The same in the customer's language, or in English. */
export function ownWords(kind: keyof OwnWords, language: string): string {
  return (words[language] ?? words.en)?.[kind] ?? '';
}

/** Where the owner's words say when somebody comes. */
const whenPlace = /\s*\{when\}/g;

/**
 * What a customer who is left to a person is told: the owner's words, else those given, else ours, and when somebody
 * comes, where the account has hours.
 */
export function escalationWords(
  { settings, ...talk }: Talk & { settings: AgentSettings },
  { text, language, now }: { text?: string; language?: string | null; now: Date },
): string {
  const known = customersLanguage(talk, language);
  const people = peopleAt(now, settings);
  const when = whenWords(people, now, known);
  const { hand_over_text: own } = settings;
  if (own !== undefined)
    return own.replace(whenPlace, when === undefined ? '' : ` ${when}`).trim() || ownWords('escalation', known);
  const said = text ?? ownWords('escalation', known);
  const at = people?.open ? people.until : people?.next;
  if (when === undefined || (at && people && said.includes(timeIn(people.timezone, at)))) return said;
  return `${said} ${when}`;
}

interface Talk {
  open: readonly Dm[];
  history: readonly Dm[];
}

/** What a customer is told where there is no answer; `undefined` where the account wants silence. */
export function fallbackWords(
  { settings, ...talk }: Talk & { settings: AgentSettings },
  now: Date,
  record?: Pick<AnswerRecord, 'answer'>,
): string | undefined {
  const { fallback_text: own, when_unanswered: wanted } = settings;
  if (own !== undefined || wanted === 'silence') return own;
  const language = record?.answer?.language;
  if (wanted === 'say_so') return ownWords('unknown', customersLanguage(talk, language));
  return escalationWords({ settings: { ...settings, hand_over_text: undefined }, ...talk }, { language, now });
}

/**
 * The customer's language among those, `en` where it can't be told.
 * @param named by the model, as an IETF tag
 */
export function customersLanguage({ open, history }: Talk, named?: string | null): string {
  const known = named?.toLowerCase().split('-')[0];
  if (known !== undefined && ownLanguages.has(known)) return known;
  const before = history.filter((dm) => dm.direction === 'inbound' && !open.some(({ _id }) => _id === dm._id));
  const said = [...open.toReversed(), ...before.slice(0, 5)].flatMap(({ text }) => text ?? []);
  return languageOf(said, ownLanguages) ?? 'en';
}
