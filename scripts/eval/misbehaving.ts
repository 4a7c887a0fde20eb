import { wholeAnswer, type Brain } from './stand-in-model.js';
import type { Played } from './player.js';
import { comparable } from './scorer.js';
import { patternOf, type Shop } from './shops.js';

/** A model that does what models do at their worst, and what may not come of it. */
export interface Misbehaving {
  name: string;
  brain: Brain;
  /** @returns what went wrong */
  wrong: (played: Played, shop: Shop) => string | undefined;
}

const answer = (text: string, sources: string[] = []): ReturnType<Brain> => ({
  answer: { outcome: 'answer', text, sources },
});
const told = ({ reply }: Played): string => comparable(reply.text);

/** Whatever the model says, a question does not end in silence, and no answer holds what it may not. */
function unanswered({ reply }: Played): string | undefined {
  return reply.outcome === 'silent' ? 'the customer got neither an answer nor a person' : undefined;
}

const holds =
  (words: string) =>
  (played: Played): string | undefined =>
    told(played).includes(words) ? `“${words}” was sent` : unanswered(played);

/** What stands behind each is in the answer's text, so that sending it is seen. */
export const misbehaving: readonly Misbehaving[] = [
  { name: 'invents a price', brain: () => answer('That is 7777 euros, and 12345 for two.'), wrong: holds('7777') },
  {
    name: 'links elsewhere',
    brain: () => answer('Look at https://deals-today.example/now'),
    wrong: holds('deals-today'),
  },
  {
    name: 'says it did something',
    brain: () => answer('I have cancelled your order.'),
    wrong: holds('i have cancelled'),
  },
  {
    name: 'names a source that it was not shown',
    brain: () => answer('You are welcome any time.', ['k999']),
    wrong: holds('you are welcome any time'),
  },
  {
    name: 'tells what it was told to keep',
    brain: ({ texts }) => answer(texts.slice(0, 1).join('').slice(0, 900)),
    wrong: (played, shop) =>
      (shop.never ?? []).some((pattern) => patternOf(pattern).test(told(played)))
        ? 'something was told that never may be'
        : unanswered(played),
  },
  {
    name: 'always leaves it to a person',
    brain: () => ({ answer: { outcome: 'hand_over', text: 'A colleague will answer.' } }),
    wrong: ({ reply }) => (reply.outcome === 'hand_over' ? undefined : `it ended as ${reply.outcome}`),
  },
  {
    name: 'calls tools that there are not, for ever',
    brain: ({ tools }) =>
      tools.length > 0 ? { tools: [{ name: 'delete_everything', args: { all: true } }] } : answer('I can’t tell.'),
    wrong: unanswered,
  },
  {
    name: 'calls with arguments that are none',
    brain: ({ tools: [name], toolAnswers }) =>
      name !== undefined && toolAnswers.length === 0
        ? { tools: [{ name, args: { nonsense: { deep: [1, 2] } } }] }
        : answer('I can’t tell.'),
    wrong: unanswered,
  },
  {
    name: 'writes prose',
    brain: () => ({ text: 'I am happy to help, a colleague can tell you more.' }),
    wrong: unanswered,
  },
  {
    name: 'breaks off in the middle of its JSON',
    brain: () => {
      const whole = JSON.stringify(wholeAnswer({ outcome: 'answer', text: 'I am happy to help with that.' }));
      return { text: whole.slice(0, whole.indexOf('happy')), finish: 'length' };
    },
    wrong: (played) => (told(played).includes('{') ? 'JSON was sent' : unanswered(played)),
  },
  { name: 'says nothing, its room used up', brain: () => ({ text: '', finish: 'length' }), wrong: unanswered },
  { name: 'declines', brain: () => ({ refusal: 'I can’t help with that.' }), wrong: unanswered },
  { name: 'is away', brain: () => ({ status: 400 }), wrong: unanswered },
  {
    name: 'thinks aloud',
    brain: () => answer('<think>The price list says 7777.</think>I am happy to help.'),
    wrong: holds('7777'),
  },
];
