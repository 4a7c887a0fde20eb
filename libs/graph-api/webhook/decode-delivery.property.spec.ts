import fc from 'fast-check';
import { webhookFixtures } from '../../../test/fixtures/webhook-fixtures.js';
import { parseJsonLossless } from '../json.js';
import { decodeDelivery } from './decode-delivery.js';
import { directionOf, participantOf } from './direction.js';
import { findMids } from './read-values.js';
import { summarizeDelivery } from './summarize-delivery.js';
import type { WebhookEvent } from './webhook-event.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const fixtures = webhookFixtures().map(({ payload }) => payload as Json);
const names = ['entry', 'messaging', 'standby', 'changes', 'field', 'value', 'message', 'postback', 'reaction', 'read'];
const moreNames = [
  'id',
  'time',
  'mid',
  'sender',
  'object',
  'referral',
  'optin',
  'message_edit',
  'attachments',
  'reply_to',
];
const fields = ['messages', 'messaging_seen', 'message_reactions', 'comments', 'mentions', 'standby', 'message_edit'];

/** JSON that keeps close to Meta's words, so that it gets past the first key. */
const { metaLike } = fc.letrec<{ metaLike: Json }>((tie) => ({
  metaLike: fc.oneof(
    { maxDepth: 8, withCrossShrink: true },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string(),
      fc.constantFrom(...fields),
    ) as fc.Arbitrary<Json>,
    fc.array(tie('metaLike'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names, ...moreNames), tie('metaLike'), { maxKeys: 4 }),
  ),
}));

interface Mutation {
  at: number;
  change: (value: Json) => Json;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(60),
  change: fc.oneof(
    fc.jsonValue().map((value) => () => value as Json),
    fc.constant((value: Json): Json => [value]),
    fc.constant((value: Json): Json => (Array.isArray(value) ? (value[0] ?? null) : value)),
    fc.constant((value: Json): Json => (typeof value === 'object' ? value : String(value))),
    fc.constant((value: Json): Json => ({ payload: value })),
    fc.constantFrom(...names, ...moreNames, 'unheard_of').map((name) => (value: Json) => renameFirstKey(value, name)),
    fc.constant((value: Json): Json => (Array.isArray(value) ? [...value, ...value, null, 'x'] : value)),
  ),
});

function renameFirstKey(value: Json, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner], at) => [at === 0 ? name : key, inner]));
}

/** Changes the nth value of the tree, counted depth first. */
function mutate(root: Json, { at, change }: Mutation): Json {
  let left = at;
  const visit = (value: Json): Json => {
    if (left-- === 0) return change(value);
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(root);
}

const mutated = fc
  .tuple(fc.constantFrom(...fixtures), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([fixture, mutations]) => mutations.reduce(mutate, fixture));

function eventsOf(body: unknown): WebhookEvent[] {
  return decodeDelivery(body).entries.flatMap(({ events }) => events);
}

function midsOf(event: WebhookEvent): string[] {
  const own = 'mid' in event && event.mid !== undefined ? [event.mid] : [];
  return event.kind === 'unknown' ? event.mids : [...own, ...findMids(event.raw)];
}

describe('decoding whatever may come', () => {
  it.each([
    ['any JSON', fc.jsonValue({ maxDepth: 6 })],
    ['JSON in the words of Meta', metaLike],
    ['a delivery that was tampered with', mutated],
  ])('never throws on %s, and the cheap pass agrees with it', (_, arbitrary: fc.Arbitrary<unknown>) => {
    const own = new Set(['17841400008460056']);
    fc.assert(
      fc.property(arbitrary, (body) => {
        const events = eventsOf(body);
        for (const event of events) {
          directionOf(event, own);
          participantOf(event, own);
        }
        const { events: counted, accountIds } = summarizeDelivery(body);
        expect(new Set(events.map(({ index }) => index)).size).toBe(events.length);
        expect(counted).toBeLessThanOrEqual(events.length);
        expect(accountIds).toHaveLength(decodeDelivery(body).entries.length);
        for (const { accountIds: ids } of events) expect(accountIds.flat()).toEqual(expect.arrayContaining(ids));
      }),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['in the words of Meta', metaLike],
    ['that was tampered with', mutated],
  ])('never loses a message id from a delivery %s', (_, arbitrary: fc.Arbitrary<unknown>) => {
    fc.assert(
      fc.property(arbitrary, (body) => {
        const kept = new Set(eventsOf(body).flatMap(midsOf));
        expect(findMids(body).filter((mid) => !kept.has(mid))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('spares every neighbour of an event that nobody can read', () => {
    const event = (mid: string) => ({
      sender: { id: '1' },
      recipient: { id: '2' },
      timestamp: 1,
      message: { mid, text: 'x' },
    });
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.nat(5), (junk, at) => {
        const messaging = [...junk.slice(0, at), event('good'), ...junk.slice(at)];
        const read = eventsOf({
          object: 'instagram',
          entry: [null, { id: '2', messaging }, { id: '3', messaging: junk }],
        });
        expect(read.filter((found) => found.kind === 'message' && found.mid === 'good')).toHaveLength(1);
      }),
    );
  });

  it('keeps every digit of ids above 2^53 that came as bare numbers', () => {
    const longId = fc.bigInt({ min: 2n ** 53n + 1n, max: 10n ** 30n }).map(String);
    fc.assert(
      fc.property(longId, longId, longId, (account, customer, mid) => {
        const text = `{"object":"instagram","entry":[{"id":${account},"messaging":[{"sender":{"id":${customer}},
          "recipient":{"id": ${account}},"timestamp":1569262485349,"message":{"mid":${mid},"text":"hi"}}]}]}`;
        expect(eventsOf(parseJsonLossless(text))).toMatchObject([
          {
            kind: 'message',
            mid,
            entryId: account,
            senderId: customer,
            accountIds: [account],
            timestamp: 1569262485349,
          },
        ]);
      }),
    );
  });
});
