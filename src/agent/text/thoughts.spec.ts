import fc from 'fast-check';
import { plainText } from './plain-text.js';
import { withoutThoughts } from './thoughts.js';

describe('withoutThoughts', () => {
  it.each([
    ['a thought in tags before the answer', '<think>They are rude, I stall.</think>\n\nWe open at nine.'],
    ['a thought in capitals with attributes', '<THINKING depth="3">hm</THINKING>We open at nine.'],
    ['reasoning', '<reasoning>\n1. ask\n</reasoning>\nWe open at nine.'],
    ['reflection in the middle', 'We open <reflection>or do we?</reflection>at nine.'],
    ['thoughts within thoughts', '<think>a <thinking>b</thinking> c</think>We open at nine.'],
    ['a thought whose tags differ', '<think>a b</thinking>We open at nine.'],
    ['a closing tag that nobody opened', 'The customer is rude.\nI stall.\n</think>\n\nWe open at nine.'],
    ['two closing tags that nobody opened', 'a</think>b</think>We open at nine.'],
    ['an opening tag that nobody closes', 'We open at nine.<think>Should I tell them of the'],
    ['escaped tags', '&lt;think&gt;hm&lt;/think&gt;We open at nine.'],
    ['tags with a prefix', '<seed:think>hm</seed:think>We open at nine.'],
    ['tags in square brackets', '[THINK]hm[/THINK]We open at nine.'],
    ['tags of triangles', '◁think▷hm◁/think▷We open at nine.'],
    ['edges of a thought', '<|begin_of_thought|>hm<|end_of_thought|>We open at nine.'],
    ['edges in capitals', '<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>We open at nine.<|END_RESPONSE|>'],
    ['a fence of thoughts', '```thinking\nhm\n```\nWe open at nine.'],
    ['an answer in tags', '<think>hm</think><answer>We open at nine.</answer>'],
    [
      'the channels of harmony',
      '<|channel|>analysis<|message|>They ask for hours.<|end|><|start|>assistant<|channel|>final<|message|>We open at nine.<|return|>',
    ],
    [
      'several finals, of which the last counts',
      '<|channel|>final<|message|>Draft.<|end|><|channel|>analysis<|message|>Better.<|end|><|start|>assistant<|channel|>final<|message|>We open at nine.',
    ],
    [
      'an analysis without a final, then plain words',
      '<|start|>assistant<|channel|>analysis<|message|>hm<|end|>We open at nine.',
    ],
    ['channels whose markers were dropped', 'analysisThe user asks for hours.assistantfinalWe open at nine.'],
    ['channels whose names stand on lines', 'analysis\nThe user asks.\nassistantfinal\nWe open at nine.'],
    ['the end of a turn', 'We open at nine.<|im_end|>'],
    ['a turn’s header', '<|im_start|>assistant\nWe open at nine.<|im_end|>'],
    ['what the customer would say next', 'We open at nine.<|im_end|>\n<|im_start|>user\nThanks<|im_end|>'],
    ['the question before the answer', '[INST] When do you open? [/INST] We open at nine. [INST] Thanks'],
    ['a system’s words', '<<SYS>>Be brief.<</SYS>>[/INST]We open at nine.</s>'],
    ['turns of other templates', '<start_of_turn>model\nWe open at nine.<end_of_turn>'],
    ['headers with ids', '<|start_header_id|>assistant<|end_header_id|>\n\nWe open at nine.<|eot_id|>'],
    ['a tag made of pieces', '<thi<think>x</think>nk>hm</think>We open at nine.'],
  ])('takes out %s', (_what, answer) => {
    expect(plainText(answer)).toBe('We open at nine.');
  });

  it.each([
    '<think>I never stop',
    '<|channel|>analysis<|message|>We need to',
    'analysisWe need to answer the',
    'all of it was thought</think>',
    '<|im_start|>assistant\n<think>\n',
  ])('leaves nothing of %p', (answer) => {
    expect(plainText(answer)).toBe('');
  });

  it.each([
    'I think we open at nine. My reasoning: it is Monday.',
    'Please send <order number> and <reason>, or your <plan>.',
    'Write <reason for the return> on the parcel.',
    'The analysis of your skin type takes an hour.',
    'The assistant is in the final round!',
    'We sell 3 < 4 and 5 > 2.',
    'The channel is final: channel 5.',
  ])('leaves %p as it is', (answer) => {
    expect(withoutThoughts(answer)).toBe(answer);
    expect(plainText(answer)).toBe(answer);
  });

  it('leaves nothing that it would take out again', () => {
    const pieces = fc.constantFrom(
      ...[
        '<think>',
        '</think>',
        '<|channel|>',
        'analysis',
        'final',
        '<|message|>',
        '<|end|>',
        'assistant',
        '<|start|>',
      ],
      ...['[INST]', '[/INST]', '<', '>', 'a ', '\n', '<|im_start|>', '<reason>', '</reason>'],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (list) => {
        const said = withoutThoughts(list.join(''));
        expect(withoutThoughts(said)).toBe(said);
      }),
      { numRuns: 2_000 },
    );
  });
});
