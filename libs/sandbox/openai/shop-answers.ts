/** What the shop's agent would say, when no real model is asked. */

export interface ShopAnswer {
  /** What a customer's message has to be about. */
  about: RegExp;
  says: string;
}

/** Longer than the 1000 bytes that one Instagram message holds, in several paragraphs, so that it has to be split. */
export const CARE_GUIDE = [
  'Happy to! Here is everything we know about looking after your pieces 🌿',
  'Candles: let the first burn go on until the whole surface has melted, about two to three hours. Wax remembers: a short ' +
    'first burn leaves a tunnel for good. Trim the wick to 5 mm before each lighting, keep the candle out of draughts, and ' +
    'stop when there is 1 cm of wax left. Our soy wax is soft in summer, so a cool shelf away from the window is best. The ' +
    'empty jar can go in the dishwasher and makes a lovely little vase.',
  'Ceramics: all our mugs, bowls and plates are stoneware, fired at 1240 °C. They are safe in the dishwasher and the ' +
    'microwave, but please not in the oven, and don’t pour boiling water into a piece that comes straight from the fridge. ' +
    'Grey lines from cutlery are only metal on the glaze: a paste of baking soda and water takes them off in a minute.',
  'Unglazed feet: these may stay slightly rough. A few strokes with fine sandpaper, and they won’t scratch your table. If ' +
    'a piece ever chips, write to us with a picture: we repair with lacquer and gold dust once a month, and it usually costs ' +
    'less than a new one.',
  'Linen: wash it at 40 °C with like colours and hang it up while it is still damp; then it hardly needs an iron. It gets ' +
    'softer with every wash and drops a little lint for the first two or three. No bleach, please, and no softener, which ' +
    'would take away its grip on water.',
  'Wreaths: juniper and pine keep their colour for about eight weeks indoors if they hang away from the radiator. A light ' +
    'spray of water twice a week does them good. Afterwards everything but the wire ring can go on the compost, and we ' +
    'gladly bind new green on the same ring for half the price.',
  'And if anything arrives broken, just send us a photo within 14 days and we’ll replace it, no questions asked. Is there a ' +
    'particular piece you’d like to know more about?',
].join('\n\n');

export const PICTURE_ANSWER =
  'Oh, that looks beautiful, thank you for sharing! 🕯️ The light suits it so well. May we show your picture in our story? ' +
  'We’d tag you, of course.';

export const HUMAN_ANSWER =
  'Of course! I’ll pass you on to one of us. Somebody will write to you here as soon as possible.';

export const DEFAULT_ANSWER =
  'Thank you for writing to Juniper & Pine! I can help with opening hours, shipping, orders, care and gifts. What would ' +
  'you like to know?';

/** The first words of each answer differ, so that a log tells them apart. Order is the order in a combined answer. */
export const SHOP_ANSWERS: readonly ShopAnswer[] = [
  { about: /everything about (candle )?care|care guide|look after|how do i clean|pflege/i, says: CARE_GUIDE },
  {
    about: /\bopen(ing)?\b|\bhours\b|\bclose[sd]?\b|öffnungszeiten|HOURS/i,
    says: 'We’re open Tuesday to Saturday, 10 am to 6 pm, at Kastanienallee 12. Sundays we pour candles ☺️',
  },
  {
    about: /\bship|\bdeliver|\bpostage|versand|SHIPPING/i,
    says: 'Shipping takes 2 to 3 working days and is free from 60 €. We also send to Norway and Switzerland, in about a week.',
  },
  {
    about: /gift|wrap|birthday|geschenk/i,
    says: 'Gift wrapping is on us: linen cloth, a sprig of juniper and a handwritten card. Just tell us what it should say.',
  },
  {
    about: /\bprices?\b|\bcosts?\b|how much|\beuros?\b|preis/i,
    says: 'The Pine & Smoke candle is 28 € (220 g, burns about 45 hours), the small one 16 €. Mugs start at 24 €.',
  },
  {
    about: /order|parcel|track|bestellung|TRACK_ORDER/i,
    says: 'Let me have a look! Could you send me the number from your confirmation e-mail? It starts with JP.',
  },
  {
    about: /in stock|\bmugs?\b|\bback\b.*\bstock/i,
    says: 'The blue mug is back on Thursday: twelve of them, still warm from the kiln. Shall we put one aside for you?',
  },
  {
    about: /scent|smell|candle|kerze/i,
    says: 'Pine & Smoke is our favourite right now: resin, cedar and a little birch tar. For something lighter, try Fig Leaf.',
  },
  {
    about: /return|refund|broken|chipped|damaged/i,
    says: 'I’m sorry to hear that! Send us a photo and we’ll sort it out today.',
  },
  { about: /thank|danke|merci/i, says: 'You’re very welcome! 💚' },
  {
    about: /\b(hi|hello|hey|hallo|bonjour|good (morning|evening))\b/i,
    says: 'Hello, and welcome to Juniper & Pine! 🌲',
  },
];

const ASKS_FOR_A_PERSON =
  /(talk|speak|chat|write).{0,20}(human|person|someone|somebody|people)|real (person|human)|TALK_TO_HUMAN/i;

export function asksForPerson(text: string): boolean {
  return ASKS_FOR_A_PERSON.test(text);
}

/**
 * One answer to all that is open, as a person would give who reads three messages in a row.
 * @param openMessages the customer's messages since the last answer
 */
export function shopAnswer(openMessages: readonly string[], hasPicture: boolean): string {
  const text = openMessages.join('\n');
  if (asksForPerson(text)) return HUMAN_ANSWER;
  // The long guide answers a whole question alone.
  if (/everything about/i.test(text)) return CARE_GUIDE;
  const topics = SHOP_ANSWERS.filter(({ about }) => about.test(text));
  const isMore = topics.length > 1;
  const said = topics.filter(({ says }) => !isMore || !/^(Hello|You’re very)/.test(says)).map(({ says }) => says);
  // A server that shows its model no pictures says in words that there is one.
  if (hasPicture || /"sent":\["picture/.test(text)) said.unshift(PICTURE_ANSWER);
  return said.length > 0 ? said.join(' ') : DEFAULT_ANSWER;
}
