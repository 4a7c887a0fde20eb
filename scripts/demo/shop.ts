import { CARE_GUIDE, PICTURE_ANSWER, SHOP_ANSWERS, type ShopServer } from '#libs/sandbox';
import type { LocalStack } from '../stack/local-stack.js';

/** Tells the agent what the shop knows, and lets it look up orders: as its owner does, through the API. */
export async function teachShop(stack: LocalStack, accountId: string, shop: ShopServer): Promise<void> {
  const learn = (document: object) => stack.api('POST', `/agent/knowledge/${accountId}`, document);
  const said = [...SHOP_ANSWERS.map(({ says }) => says), PICTURE_ANSWER];
  for (const text of said)
    await learn({ kind: 'text', title: text === CARE_GUIDE ? 'Care' : firstSentence(text), text });
  const question = 'What does the brass lantern cost?';
  await learn({ kind: 'faq', title: question, question, answer: 'The brass lantern is 64 €, and 24 cm tall.' });
  await stack.api('PUT', `/agent/tools/${accountId}/order_lookup`, shop.tools['order_lookup']);
}

function firstSentence(text: string): string {
  return /^[^.!?:]*/.exec(text)?.[0] ?? text;
}
