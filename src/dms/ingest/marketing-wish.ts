import { directionOf, type WebhookEvent } from '#libs/graph-api';
import type { Conversation } from '../../conversations/index.js';

export interface MarketingWish {
  value: 'stop' | 'resume';
  by: 'message' | 'channel';
}

/**
 * What people write to be left alone, and to be written to again: the whole message, in capitals or not. Words that
 * customers also write for other reasons are not among them.
 */
const words: Readonly<Record<MarketingWish['value'], readonly string[]>> = {
  stop: [
    ...['stop', 'stop all', 'stopall', 'stop promotions', 'unsubscribe', 'opt out', 'optout'],
    ...['stopp', 'abmelden', 'abbestellen', 'keine werbung', 'arret', 'arreter', 'desabonner', 'se desabonner'],
    ...['parar', 'sair', 'baja', 'darse de baja', 'alto', 'basta', 'cancella iscrizione', 'afmelden', 'uitschrijven'],
    ...['avsluta', 'lopeta', 'zatrzymaj', 'wypisz', 'dur', 'durdur', 'berhenti', 'стоп', 'отписаться'],
    ...['توقف', 'الغاء الاشتراك', 'إلغاء الاشتراك', 'रोकें', 'बंद करें', '停止', '退订', '配信停止'],
  ],
  resume: [
    ...['start', 'unstop', 'subscribe', 'resume promotions', 'anmelden', 'abonner', 'iniciar', 'alta', 'inizia'],
    ...['старт', 'подписаться', 'ابدا', 'ابدأ', 'اشتراك', '订阅'],
  ],
};

const known = new Map(
  Object.entries(words).flatMap(([value, list]) => list.map((word) => [plain(word), value as MarketingWish['value']])),
);

/** @returns `undefined` where an event says nothing of it */
export function marketingWishOf(event: WebhookEvent, ownIds: ReadonlySet<string>): MarketingWish | undefined {
  if (event.kind === 'preference') return { value: event.value, by: 'channel' };
  if (event.kind !== 'message' || event.isEcho || event.isHistory || directionOf(event, ownIds) === 'outbound')
    return undefined;
  // The button of a template carries its words, or whatever was given it to carry.
  const said = [event.text, event.quickReply?.payload].map((text) => known.get(plain(text ?? '')));
  const value = said.find((one) => one !== undefined);
  return value && { value, by: 'message' };
}

/**
 * What was said last stands, in whatever order it comes; of one moment, that they want none.
 * @returns whether it changes anything
 */
export function noteMarketing(
  conversation: Pick<Conversation, 'marketing'>,
  { value, by }: MarketingWish,
  atMs: number,
): boolean {
  const { marketing: known } = conversation;
  const isStop = value === 'stop';
  const knownAtMs = known?.at.getTime() ?? -1;
  if (knownAtMs > atMs || (knownAtMs === atMs && (known?.opted_out === true || !isStop))) return false;
  conversation.marketing = { opted_out: isStop, at: new Date(atMs), by };
  return true;
}

/** Without case, accents, signs and double spaces. */
function plain(text: string): string {
  const letters = text.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  return letters
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();
}
