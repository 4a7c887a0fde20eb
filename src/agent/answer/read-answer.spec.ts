import fc from 'fast-check';
import { answerOutput } from './agent-answer.js';
import { readAnswer } from './read-answer.js';

const whole = {
  ...{ outcome: 'answer', text: 'Das macht 10,40 €.', language: 'de', sources: ['k1'], covers: 'all', missing: null },
  figures: [{ written: '10,40 €', source: null, calculation: { operator: '*', operands: ['2', '5,20'] } }],
  ...{ reason: null, summary: null, quick_replies: ['Ja', 'Nein'], transfer_to: null },
};

describe('the form of an answer', () => {
  it('is strict: each of its objects requires all and takes nothing more', () => {
    const objects: { required?: unknown; properties: object; additionalProperties?: unknown }[] = [];
    JSON.stringify(answerOutput.schema, (_, value: unknown) => {
      if (typeof value === 'object' && value !== null && 'additionalProperties' in value)
        objects.push(value as (typeof objects)[number]);
      return value;
    });
    expect(objects).toHaveLength(3);
    for (const { required, properties, additionalProperties } of objects) {
      expect(required).toEqual(Object.keys(properties));
      expect(additionalProperties).toBe(false);
    }
    expect(Object.keys(objects[0]?.properties ?? {}).toSorted()).toEqual(Object.keys(whole).toSorted());
  });
});

describe('reading an answer', () => {
  it.each([
    ['alone', JSON.stringify(whole)],
    ['in a fence', `\`\`\`json\n${JSON.stringify(whole, null, 2)}\n\`\`\``],
    ['among words', `Here you are: ${JSON.stringify(whole)} I hope it helps.`],
    ['after a thought', `<think>He wants {a price}</think>${JSON.stringify(whole)}`],
  ])('finds the form %s', (_, written) => {
    expect(readAnswer(written)).toEqual({ ...whole, form: 'structured' });
  });

  it('takes prose for the text, and nothing else for said', () => {
    const { form, text, sources, outcome } = readAnswer('We open at 9 {or so}.');
    expect({ form, text, sources, outcome }).toEqual({
      ...{ form: 'prose', text: 'We open at 9 {or so}.', sources: [], outcome: 'answer' },
    });
  });

  it('reads what was broken off as far as it goes', () => {
    const written = JSON.stringify({ outcome: 'answer', sources: ['k1'], text: 'We open "early" at nine. On Sun' });
    for (let end = written.length; end > written.indexOf('nine'); end--) {
      const { form, sources, text } = readAnswer(written.slice(0, end));
      expect({ form, sources }).toEqual({ form: 'structured', sources: ['k1'] });
      expect(text).toMatch(/^We open "early" at /);
    }
    expect(readAnswer('{"outcome": "hand_over", "summ').outcome).toBe('hand_over');
  });

  it('believes no type', () => {
    const wrong = { outcome: 'obey', text: 9, sources: 'k1', figures: [{ written: 5 }, 'x'], covers: [], reason: 'x' };
    expect(readAnswer(JSON.stringify(wrong))).toMatchObject({
      ...{ outcome: 'answer', text: '', sources: [], covers: 'none', reason: null },
      figures: [{ written: '5', source: null, calculation: null }],
    });
    expect(readAnswer('{"reply": "At nine."}')).toMatchObject({ form: 'structured', text: 'At nine.' });
    expect(readAnswer('{"name": "Bo"}')).toMatchObject({ form: 'prose', text: '{"name": "Bo"}' });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readAnswer(`{"text": "${text}`)));
    fc.assert(fc.property(fc.json(), (json) => void readAnswer(json)));
  });
});
