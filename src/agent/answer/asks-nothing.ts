import type { Dm } from '../../dms/index.js';
import { attachmentKindOf } from '../../kinds/index.js';
import { comparable } from '../text/comparable.js';

/** Thanks, yes, good and goodbye in the languages that customers write most; in lower case, without accents. */
const closing = new Set(
  [
    'thanks thank thx ty you so much very many a lot ok okay k great perfect cool nice awesome super good fine alright',
    'got it understood will do bye goodbye see you soon later cheers yes yep sure no problem have day weekend evening',
    'danke dank vielen schon dankeschon gut alles klar prima toll bis bald tschuss passt ja gern gerne schonen tag noch',
    'gracias muchas muchisimas perfecto vale genial buen buena dia adios hasta luego pronto listo si de acuerdo',
    'merci beaucoup parfait d accord bonne journee soiree a bientot au revoir oui top',
    'grazie mille perfetto va bene ottimo ciao a presto si buona giornata serata',
    'obrigado obrigada muito perfeito otimo ate logo tchau certo bom dia sim valeu',
    'bedankt dankjewel dankuwel dank je wel prima fijn tot ziens doei leuk goed oke',
    'dziekuje dzieki bardzo super swietnie do widzenia tak dobrze',
    'tesekkurler tesekkur ederim sagol sag ol tamam cok iyi gunler hosca kal evet',
    'tack tak takk bra fint kiitos dekuji diky multumesc koszonom',
    'спасибо большое благодарю хорошо отлично понятно до свидания дякую добре так да',
    'شكرا جزيلا تمام حسنا ممتاز مع السلامه نعم ممنون مرسی خیلی متشکرم باشه',
    'תודה רבה בסדר מעולה להתראות כן ευχαριστω πολυ ενταξει धन्यवाद',
  ].flatMap((words) => words.split(' ').map(comparable)),
);
const closingDense =
  /^(?:谢谢|謝謝|感谢|多谢|好的?|好吧|明白了?|再见|您|你|非常|了|ありがとう(?:ございます)?|了解(?:です|しました)?|わかりました|はい|감사합니다|고마워요?|네|알겠습니다|ขอบคุณ(?:ค่ะ|ครับ)?|\s)+$/u;

/** Whether nothing is waited for: thanks, a yes, a goodbye, pictographs. Whoever is answered with silence must not have asked. */
export function asksNothing(open: readonly Dm[]): boolean {
  return open.every((dm) => {
    if (dm.postback !== undefined || dm.quick_reply !== undefined) return false;
    if (dm.attachments.some(({ type }) => attachmentKindOf(type).asksForAnswer)) return false;
    const text = dm.text ?? '';
    if (/[?？؟;]/u.test(text)) return false;
    const words = comparable(text);
    if (words === '') return true;
    return (
      closingDense.test(text.replace(/[^\p{L}\p{M}]+/gu, ' ').trim()) ||
      words.split(' ').every((word) => closing.has(word))
    );
  });
}
