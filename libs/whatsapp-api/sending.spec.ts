import { GraphApiError, GraphCallError, isObject, type GraphFailureKind } from '#libs/graph-api';
import { channelFixtures } from '../../test/fixtures/channel-fixtures.js';
import { classifyWhatsAppFailure, findWhatsAppProblem, whatsAppBodyOf } from './index.js';

const choices = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ title: `Size ${n}`, payload: `size:${n}` }));

describe('a message to WhatsApp', () => {
  it('carries its handle, a plus before the number, and the message that it answers', () => {
    expect(whatsAppBodyOf({ to: '15550009876', text: 'Hi', callbackData: 'h.1', replyToMid: 'wamid.1' })).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+15550009876',
      type: 'text',
      text: { preview_url: false, body: 'Hi' },
      context: { message_id: 'wamid.1' },
      biz_opaque_callback_data: 'h.1',
    });
  });

  it('goes to a person without a number by their id', () => {
    const body = whatsAppBodyOf({ to: 'US.10000000000000000001', text: 'Hi' });
    expect(body).toMatchObject({ recipient: 'US.10000000000000000001' });
    expect(body).not.toHaveProperty('to');
  });

  it('shows up to three choices as buttons, more as a list', () => {
    const typeOf = (count: number) => whatsAppBodyOf({ to: '1', text: 'Which?', choices: choices(count) }).interactive;
    expect(typeOf(3)).toMatchObject({ type: 'button' });
    expect(typeOf(4)).toMatchObject({ type: 'list', action: { sections: [{ rows: choices(4).map(({ title, payload }) => ({ id: payload, title })) }] } }); // prettier-ignore
  });

  it.each([
    ['an eleventh row', { text: 'Which?', choices: choices(11) }, 'There are 11 choices, 1 to 10 are allowed.'],
    ['a long text', { text: 'x'.repeat(4097) }, 'The text has 4097 characters, 4096 are allowed.'],
    ['a long text above choices', { text: 'x'.repeat(1025), choices: choices(2) }, 'The text above choices has 1025 characters, 1024 are allowed.'],
    ['a long caption', { text: 'x'.repeat(1025), media: { type: 'image', link: 'https://example.com/a.png' } }, 'The caption has 1025 characters, 1024 are allowed.'],
    ['a caption of a voice message', { text: 'x', media: { type: 'audio', link: 'https://example.com/a.ogg' } }, 'A voice message has no caption.'],
    ['the same title twice', { text: 'Which?', choices: [...choices(1), ...choices(1)] }, 'Two choices have the same title.'],
  ] as const)('is refused here for %s', (_what, message, sentence) => {
    expect(findWhatsAppProblem({ to: '1', ...message })).toBe(sentence);
  }); // prettier-ignore
});

const kinds: Record<string, GraphFailureKind> = {
  'wa-error-0-auth-exception': 'token_invalid',
  'wa-error-190-token-malformed': 'token_invalid',
  'wa-error-130429-throughput': 'rate_limited',
  'wa-error-131048-spam': 'rate_limited',
  'wa-error-80007-waba-limit': 'rate_limited',
  'wa-error-133016-register-limit': 'rate_limited',
  'wa-error-131057-maintenance': 'rate_limited',
  'wa-error-131000-unknown': 'outcome_unknown',
  'wa-error-131016-unavailable': 'outcome_unknown',
  'wa-error-131021-self': 'no_recipient',
  'wa-error-131026-undeliverable': 'no_recipient',
  'wa-error-131030-not-allowed': 'no_recipient',
  'wa-error-130497-country': 'blocked',
  'wa-error-131031-locked': 'blocked',
  'wa-error-131005-access': 'permission',
  'wa-error-131045-registration': 'permission',
  'wa-error-200-asset': 'permission',
  'wa-error-132001-template-missing': 'bad_request',
  'wa-error-131009-invalid': 'bad_request',
  'wa-error-131062-bsuid': 'bad_request',
  'wa-error-100-text-too-long': 'bad_request',
};

describe('a refusal of WhatsApp’s', () => {
  const route = { host: 'facebook', route: 'whatsapp_send', method: 'POST' } as const;

  it.each(channelFixtures('answer.whatsapp').filter(({ name }) => name in kinds))('is told of $name', (fixture) => {
    const { http_status: httpStatus, body } = fixture.payload as { http_status: number; body: unknown };
    const said = isObject(body) && isObject(body.error) ? body.error : {};
    const error = new GraphApiError('refused', { ...route, httpStatus, code: Number(said.code) });
    expect(classifyWhatsAppFailure(error).kind).toBe(kinds[fixture.name]);
  });

  it('is one person’s pace alone where the pair is too fast', () => {
    const error = new GraphApiError('refused', { ...route, httpStatus: 400, code: 131056 });
    expect(classifyWhatsAppFailure(error)).toMatchObject({ kind: 'rate_limited', scope: 'person' });
  });

  it.each([
    ['an answer that was lost', new GraphCallError('x', { ...route, reason: 'timeout', delivered: 'unknown' })],
    ['a 500 that nobody knows', new GraphApiError('x', { ...route, httpStatus: 500, code: 999_999 })],
  ])('leaves open what became of the message: %s', (_what, error) => {
    expect(classifyWhatsAppFailure(error).kind).toBe('outcome_unknown');
  });
});
