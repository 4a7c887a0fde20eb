import { outputRoom, reasons, takesTemperature } from './known-models.js';

describe('what is known of models by their names', () => {
  it.each(['gpt-6-luna', 'gpt-6.1-terra', 'gpt-6.2-astra', 'gpt-5-mini', 'o3', 'o4-mini', 'ft:gpt-6-luna:shop::id'])(
    '%s thinks: it has room for that beside its answer, and is sent no temperature',
    (model) => {
      expect(reasons(model)).toBe(true);
      expect(outputRoom({ model, effort: 'low', maxOutputTokens: 600 })).toBeGreaterThanOrEqual(1_600);
      expect(takesTemperature({ model, effort: 'low' })).toBe(false);
      expect(takesTemperature({ model, effort: 'none' })).toBe(true);
    },
  );

  it.each(['gpt-4o-mini', 'gpt-4.1', 'gpt-4', 'gpt-3.5-turbo', 'gpt-5-chat-latest', 'ft:gpt-4o-mini:shop::id'])(
    '%s does not think: its limit is that of the answer',
    (model) => {
      expect(reasons(model)).toBe(false);
      expect(outputRoom({ model, effort: 'high', maxOutputTokens: 600 })).toBe(600);
      expect(takesTemperature({ model, effort: 'high' })).toBe(true);
    },
  );

  it.each(['llama-3.3-70b', 'openai/gpt-oss-120b', 'gpt-oss-20b', 'mistral'])(
    'nothing is known of %s: it may think, and may take a temperature',
    (model) => {
      expect(reasons(model)).toBeUndefined();
      expect(outputRoom({ model, effort: 'low', maxOutputTokens: 600 })).toBeGreaterThan(600);
      expect(takesTemperature({ model, effort: 'low' })).toBe(true);
    },
  );
});
