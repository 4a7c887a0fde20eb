import { cleanText } from './clean-text.js';
import { withoutMarkup } from './markup.js';
import { controlToken, withoutThoughts } from './thoughts.js';

/**
 * A model's answer as Instagram shows it: without thoughts, markup, control tokens and what nobody sees. What is no
 * markup stays as it was written.
 */
export function plainText(answer: string): string {
  return withoutMarkup(withoutThoughts(cleanText(answer)).replace(controlToken, ''));
}
