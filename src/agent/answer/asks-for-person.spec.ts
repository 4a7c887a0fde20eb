import type { Dm } from '../../dms/index.js';
import { asksForPerson } from './asks-for-person.js';
import { looksLikePingPong, maxQuickExchanges } from './ping-pong.js';

const said = (text: string) => [{ text } as Dm];

describe('asksForPerson', () => {
  const settings = { hand_over_phrases: ['talk to a person', 'Mitarbeiter', '人工客服', 'hablar con alguien'] };

  it.each([
    'I want to TALK to a   person!',
    'mitarbeiter bitte',
    '请转人工客服谢谢',
    '¿Puedo hablar con álguien?',
    'talk\u200b to a person',
  ])('hears it in %p', (text) => expect(asksForPerson(said(text), settings)).toBe(true));

  it.each(['I talked to a personal trainer', 'Mitarbeiterrabatt?', '', 'person'])('does not hear it in %p', (text) =>
    expect(asksForPerson(said(text), settings)).toBe(false),
  );

  it('hears it in a button', () => {
    const button = [{ postback: { title: 'Help', payload: 'TALK_TO_A_PERSON' } } as Dm];
    expect(asksForPerson(button, settings)).toBe(true);
  });
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
