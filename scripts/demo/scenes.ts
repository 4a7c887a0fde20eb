import type { Happened } from '#libs/sandbox';
import type { LocalStack } from '../stack/local-stack.js';

export interface Scene {
  title: string;
  play(stack: LocalStack): Happened | Promise<Happened>;
  /** Answers the customer must get: one, or none. */
  answers: 0 | 1;
  /** What the run of it has to say, and is shown with it. */
  because?: Partial<Because>;
  /** The answer must come in at least so many messages of at most 1000 bytes each. */
  minParts?: number;
}

/** Why an answer is what it is. */
export interface Because {
  outcome: string;
  /** Title of what it was answered from. */
  source: string;
  /** Tool that was called for it. */
  tool: string;
}

/** One customer's afternoon with the shop. */
export const scenes: Scene[] = [
  {
    title: 'A question',
    answers: 1,
    play: ({ sandbox }) => sandbox.customer.sendText('Hi! What are your opening hours?'),
  },
  {
    title: 'Three quick messages in a row get one answer',
    answers: 1,
    play: ({ sandbox: { customer } }) => {
      customer.sendText('one more thing');
      customer.sendText('do you ship to Norway?');
      return customer.sendText('and how long does it take?');
    },
  },
  { title: 'A picture', answers: 1, play: ({ sandbox }) => sandbox.customer.sendPicture() },
  {
    title: 'A button',
    answers: 1,
    play: ({ sandbox }) => sandbox.customer.tapButton({ title: 'Track my order', payload: 'TRACK_ORDER' }),
  },
  {
    title: 'A question with a long answer, split at 1000 bytes',
    answers: 1,
    minParts: 2,
    play: ({ sandbox }) => sandbox.customer.sendText('Please tell me everything about candle care'),
  },
  {
    title: 'Meta delivers the same message three times',
    answers: 1,
    play: async ({ sandbox }) => {
      sandbox.webhooks.configure({ duplicates: 2 });
      const happened = sandbox.customer.sendText('Do you do gift wrapping?');
      await happened.delivered;
      sandbox.webhooks.configure({ duplicates: 0 });
      return happened;
    },
  },
  {
    title: 'A price, from the knowledge',
    answers: 1,
    because: { outcome: 'answer', source: 'What does the brass lantern cost?' },
    play: ({ sandbox }) => sandbox.customer.sendText('How much is the brass lantern?'),
  },
  {
    title: 'An order, looked up in the shop’s own system',
    answers: 1,
    because: { outcome: 'answer', tool: 'order_lookup' },
    play: ({ sandbox }) => sandbox.customer.sendText('Where is my order JP-1042?'),
  },
  {
    title: 'A reply to a story',
    answers: 1,
    play: ({ sandbox }) => sandbox.customer.replyToStory('Love this! Is the blue mug back in stock?'),
  },
  {
    title: 'A reaction is seen, not answered',
    answers: 0,
    play: ({ sandbox }) => {
      const answer = sandbox.customer.messages().findLast((message) => message.from === 'business');
      return sandbox.customer.react(answer?.mids.instagram ?? '');
    },
  },
  {
    title: 'A message taken back before anyone answered',
    answers: 0,
    play: async ({ sandbox: { customer } }) => {
      const said = customer.sendText('my card number is 4111 1111 1111 1111');
      await said.delivered;
      return customer.unsend(said.mid ?? '');
    },
  },
  {
    title: 'What the shop’s agent does not know, a person gets, with a summary',
    answers: 1,
    because: { outcome: 'hand_over' },
    play: ({ sandbox }) => sandbox.customer.sendText('Could you engrave my initials?'),
  },
  {
    title: 'A person answers in the Instagram app: the agent steps back',
    answers: 0,
    play: async ({ sandbox }) => {
      await sandbox.account.replyFromInstagramApp(sandbox.customer, 'Hi Mara, this is Ida from the shop!').delivered;
      return sandbox.customer.sendText('Oh hi Ida, thanks!');
    },
  },
];
