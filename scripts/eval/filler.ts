import type { ShopKnowledge } from './shops.js';

const things = ['lantern', 'basket', 'apron', 'teapot', 'calendar', 'candle', 'cushion', 'blanket', 'vase', 'notebook'];
const kinds = ['blue', 'striped', 'large', 'wooden', 'enamelled', 'linen', 'woven', 'painted', 'folding', 'quilted'];
const makers = ['Alder', 'Birch', 'Cedar', 'Hazel', 'Juniper', 'Larch', 'Maple', 'Rowan', 'Willow', 'Yew'];

/** Documents about other things, so that what is asked for has to be found among them. */
export function fillers(count: number): ShopKnowledge[] {
  return Array.from({ length: count }, (_, index): ShopKnowledge => {
    const thing = things[index % 10] ?? '';
    const kind = kinds[Math.floor(index / 10) % 10] ?? '';
    const maker = makers[Math.floor(index / 100) % 10] ?? '';
    const title = `${kind} ${thing} by ${maker}, article ${4_000 + index}`;
    const text =
      `The ${kind} ${thing} comes from the workshop ${maker} and is made to order, one at a time. ` +
      `It weighs about ${200 + ((index * 37) % 900)} grams and measures ${20 + ((index * 13) % 60)} by ${10 + ((index * 7) % 40)} centimetres. ` +
      `Clean the ${thing} with a soft, damp cloth and keep it out of the sun. Spare parts can be had for ${2 + (index % 5)} years. ` +
      `The makers sign each ${thing} on its underside, and the ${kind} ones are numbered.`;
    return { id: `filler-${index}`, kind: 'text', lang: 'en', title, text };
  });
}
