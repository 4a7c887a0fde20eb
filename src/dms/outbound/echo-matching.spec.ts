import { echoHorizonMs, matchesOpenSend } from './echo-matching.js';

const startedAt = Date.parse('2026-11-21T12:00:00Z');
const send = { text: 'We open at nine.', status: 'sending' as const, attempts: 1, sending_at: new Date(startedAt) };
const echo = { text: 'We open at nine.', attachments: [], timestamp: startedAt + 300 };

describe('matchesOpenSend', () => {
  it('takes an echo of the same words for the trace of the send', () => {
    expect(matchesOpenSend(send, echo)).toBe(true);
  });

  it('sees through how Meta composes characters and spaces', () => {
    const decomposed = { ...send, text: ' Cafe\u0301  is\nopen ' };

    expect(matchesOpenSend(decomposed, { ...echo, text: 'Café is open' })).toBe(true);
  });

  it('does not take what a person wrote before the send began', () => {
    expect(matchesOpenSend(send, { ...echo, timestamp: startedAt - 5_001 })).toBe(false);
  });

  it("allows Meta's clock to be a little behind", () => {
    expect(matchesOpenSend(send, { ...echo, timestamp: startedAt - 4_000 })).toBe(true);
  });

  it('takes an echo that Meta delivers a day later, but not one after Meta stops delivering', () => {
    expect(matchesOpenSend(send, { ...echo, timestamp: startedAt + 24 * 3_600_000 })).toBe(true);
    expect(matchesOpenSend(send, { ...echo, timestamp: startedAt + echoHorizonMs + 1 })).toBe(false);
  });

  it('measures from the first call when it was tried again since', () => {
    const retried = { ...send, first_sending_at: new Date(startedAt), sending_at: new Date(startedAt + 60_000) };

    expect(matchesOpenSend(retried, echo)).toBe(true);
  });

  it('leaves a DM alone that was never called for', () => {
    expect(matchesOpenSend({ ...send, status: 'queued', attempts: 0, sending_at: undefined }, echo)).toBe(false);
  });

  it('takes the echo of a try that Meta had answered with "not now"', () => {
    expect(matchesOpenSend({ ...send, status: 'queued' }, echo)).toBe(true);
  });

  it('leaves a DM alone that has its mid', () => {
    expect(matchesOpenSend({ ...send, message_id: 'mid' }, echo)).toBe(false);
  });

  it('knows an attachment by its kind', () => {
    const picture = {
      ...send,
      text: undefined,
      outbound: { attachment: { type: 'image' as const, url: 'https://a.example/a.png' } },
    };

    expect(matchesOpenSend(picture, { ...echo, text: undefined, attachments: [{ type: 'image' }] })).toBe(true);
    expect(matchesOpenSend(picture, { ...echo, text: undefined, attachments: [{ type: 'audio' }] })).toBe(false);
    expect(matchesOpenSend(picture, echo)).toBe(false);
  });

  it('never matches nothing with nothing', () => {
    expect(matchesOpenSend({ ...send, text: undefined }, { ...echo, text: undefined })).toBe(false);
  });
});
