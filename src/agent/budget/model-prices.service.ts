import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';

/** US dollars for a million tokens, which are micro-dollars for one. */
export interface ModelPrice {
  input: number;
  /** Of the input, what the provider had kept from earlier calls. */
  cached: number;
  output: number;
}

/** Tokens of one or several calls. */
export interface TokenCounts {
  /** Cached ones among them. */
  inputTokens: number;
  cachedTokens: number;
  /** Thinking among them. */
  outputTokens: number;
}

/** OpenAI's, from https://platform.openai.com/docs/pricing as of November 2026; the first that matches decides. */
const published: readonly { name: RegExp; price: ModelPrice }[] = [
  { name: /^gpt-6(\.\d+)?-luna(-|$)/, price: { input: 0.1, cached: 0.01, output: 0.5 } },
  { name: /^gpt-6(\.\d+)?-terra(-|$)/, price: { input: 1, cached: 0.1, output: 5 } },
  { name: /^gpt-6(\.\d+)?-astra(-|$)/, price: { input: 10, cached: 1, output: 50 } },
  { name: /^gpt-5-nano(-|$)/, price: { input: 0.05, cached: 0.005, output: 0.4 } },
  { name: /^gpt-5-mini(-|$)/, price: { input: 0.25, cached: 0.025, output: 2 } },
  { name: /^gpt-5(-\d{4}|$)/, price: { input: 1.25, cached: 0.125, output: 10 } },
  { name: /^gpt-4\.1-mini(-|$)/, price: { input: 0.4, cached: 0.1, output: 1.6 } },
  { name: /^gpt-4\.1(-\d{4}|$)/, price: { input: 2, cached: 0.5, output: 8 } },
  { name: /^gpt-4o-mini(-\d{4}|$)/, price: { input: 0.15, cached: 0.075, output: 0.6 } },
  { name: /^gpt-4o(-\d{4}|$)/, price: { input: 2.5, cached: 1.25, output: 10 } },
];

/** The one place that knows what a model costs. `OPENAI_PRICES` says it of others, and goes before what is published. */
@Injectable()
export class ModelPricesService {
  constructor(private readonly config: AppConfig) {}

  /** @returns `undefined` for a model whose price nobody said */
  of(model: string): ModelPrice | undefined {
    return this.config.OPENAI_PRICES[model] ?? published.find(({ name }) => name.test(model))?.price;
  }

  /** In micro-dollars, rounded up. @returns `undefined` for a model whose price nobody said */
  costOf(model: string, { inputTokens, cachedTokens, outputTokens }: TokenCounts): number | undefined {
    const price = this.of(model);
    if (!price) return undefined;
    const cached = Math.min(cachedTokens, inputTokens);
    const exact = (inputTokens - cached) * price.input + cached * price.cached + outputTokens * price.output;
    // Sums of fractions end a hair above a whole number.
    return Math.ceil(exact - 1e-6);
  }
}

/** Micro-dollars as dollars. */
export function dollars(micros: number): number {
  return Math.round(micros) / 1_000_000;
}
