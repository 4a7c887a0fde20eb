import type { Dm } from '../../dms/index.js';
import { defaultAgentSettings } from '../../accounts/index.js';
import { clearlyAsksForPerson, mentionsPerson } from './asks-for-person.js';
import { looksLikePingPong, maxQuickExchanges } from './ping-pong.js';

const said = (text: string) => [{ text } as Dm];
const defaults = defaultAgentSettings({
  ...{ OPENAI_MODEL: 'm', OPENAI_REASONING_EFFORT: 'low', AGENT_HISTORY: 30, AGENT_QUIET_MS: 0 },
});

describe('clearlyAsksForPerson', () => {
  const settings = { hand_over_phrases: ['talk to a person', 'Mitarbeiter', '人工客服', 'hablar con alguien'] };

  it.each([
    'I want to TALK to a   person!',
    'mitarbeiter bitte',
    '请转人工客服谢谢',
    '¿Puedo hablar con álguien?',
    'talk\u200b to a person',
  ])('hears it in %p', (text) => expect(clearlyAsksForPerson(said(text), settings)).toBe(true));

  it.each(['I talked to a personal trainer', 'Mitarbeiterrabatt?', '', 'person'])('does not hear it in %p', (text) =>
    expect(mentionsPerson(said(text), settings)).toBe(false),
  );

  it('hears it in a button', () => {
    const button = [{ postback: { title: 'Help', payload: 'TALK_TO_A_PERSON' } } as Dm];
    expect(clearlyAsksForPerson(button, settings)).toBe(true);
  });
});

describe('what nobody configured', () => {
  const settings = { hand_over_phrases: defaults.hand_over_phrases };

  it('may be sent back as it is', () => expect(settings.hand_over_phrases.length).toBeLessThanOrEqual(50));

  it.each([
    'Can I talk to a human please?',
    'I need to speak to a person',
    'Ich möchte mit einem Menschen sprechen',
    'Kann ich bitte mit einem Mitarbeiter reden?',
    'Quiero hablar con una persona',
    '¿Puedo hablar con alguien?',
    'Je voudrais parler à une personne, svp',
    'Passez-moi un conseiller',
    'Vorrei parlare con un operatore',
    'Quero falar com uma pessoa',
    'Ik wil graag met een medewerker praten',
    'Chcę rozmawiać z człowiekiem',
    'Bir insanla görüşmek istiyorum',
    'أريد التحدث مع موظف',
    'אפשר לדבר עם נציג?',
    'Позовите оператора',
    'Хочу поговорить с человеком',
    '请帮我转人工',
    '担当者につないでください',
    '상담원 연결해 주세요',
  ])('goes to a person at once: %s', (text) => expect(clearlyAsksForPerson(said(text), settings)).toBe(true));

  it.each([
    'Your human support is great',
    'your customer service is a real person’s dream, cheers for fixing my gears!',
    'Just wanted to say: your staff are lovely, so nice to talk to a real person at the desk for once!!',
    'Are you a human?',
    'Toll, dass man bei euch mit einem Menschen sprechen kann!',
    'Me encanta poder hablar con una persona amable',
    'C’est génial de parler à une personne, un humain !',
    'Bravi! Finalmente un operatore gentile, vorrei ringraziare',
    'Adorei falar com uma pessoa tão simpática, quero agradecer',
    'Geweldig dat je met een medewerker kunt praten',
    'Wspaniale, że można rozmawiać z człowiekiem',
    'Bir insanla konuşmak harika',
    'من الرائع التحدث مع موظف لطيف',
    'נהדר לדבר עם נציג אדיב',
    'Оператор у вас отличный',
    '你们的人工客服很棒，我想谢谢你们',
    '担当者がとても親切でした、お願いしてよかった',
    '상담원이 정말 친절해요',
  ])('is left to the model: %s', (text) => expect(clearlyAsksForPerson(said(text), settings)).toBe(false));
});

describe('looksLikePingPong', () => {
  const now = 1_795_000_000_000;
  /** Newest first: theirs, ours, theirs, ours… */
  const talk = (exchanges: number, answeredAfterMs: number, source: Dm['source'] = 'agent'): Dm[] =>
    Array.from({ length: exchanges }, (_, index) => {
      const sentAt = now - 1_000 - index * 60_000;
      return [
        { direction: 'inbound', timestamp: sentAt + answeredAfterMs } as Dm,
        { direction: 'outbound', source, timestamp: sentAt - 500, sent_at: new Date(sentAt) } as Dm,
      ];
    }).flat();

  it('knows a machine by its speed', () => {
    expect(looksLikePingPong(talk(maxQuickExchanges, 800), now)).toBe(true);
    expect(looksLikePingPong(talk(maxQuickExchanges - 1, 800), now)).toBe(false);
    expect(looksLikePingPong(talk(maxQuickExchanges, 9_000), now)).toBe(false);
  });

  it('does not take a person who answers for one, nor what is over for an hour', () => {
    expect(looksLikePingPong(talk(maxQuickExchanges, 800, 'api'), now)).toBe(false);
    expect(looksLikePingPong(talk(maxQuickExchanges, 800), now + 3_600_000)).toBe(false);
  });
});
