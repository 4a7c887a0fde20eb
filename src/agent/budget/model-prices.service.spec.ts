import type { AppConfig } from '../../config/index.js';
import { ModelPricesService } from './model-prices.service.js';

const prices = new ModelPricesService({
  OPENAI_PRICES: { 'my-model': { input: 2, cached: 1, output: 4 } },
} as unknown as AppConfig);

describe('what a model costs', () => {
  it.each([
    ['gpt-6-luna', { inputTokens: 3_000, cachedTokens: 0, outputTokens: 300 }, 450],
    ['gpt-6-luna', { inputTokens: 13_000, cachedTokens: 12_000, outputTokens: 300 }, 370],
    ['gpt-6-luna-2026-09-01', { inputTokens: 10, cachedTokens: 0, outputTokens: 0 }, 1],
    ['gpt-6.1-terra', { inputTokens: 1_000, cachedTokens: 0, outputTokens: 100 }, 1_500],
    ['my-model', { inputTokens: 10, cachedTokens: 4, outputTokens: 1 }, 20],
  ])('%s, %j: %d micro-dollars', (model, tokens, micros) => {
    expect(prices.costOf(model, tokens)).toBe(micros);
  });

  it('is not guessed', () => {
    expect(prices.costOf('llama-4', { inputTokens: 1, cachedTokens: 0, outputTokens: 1 })).toBeUndefined();
    expect(prices.of('gpt-60-luna')).toBeUndefined();
  });

  it('counts no more as kept than was sent', () => {
    expect(prices.costOf('my-model', { inputTokens: 2, cachedTokens: 9, outputTokens: 0 })).toBe(2);
  });
});
