import { cleanText } from '../context/clean-text.js';

/** A model's answer as Instagram shows it: no markup, nothing invisible, no control tokens. Idempotent enough to trust. */
export function plainText(answer: string): string {
  return cleanText(answer)
    .replace(/<\|[^|>]{0,60}\|>/g, '')
    .replace(/<\/?[a-z][a-z0-9-]*(?:\s[^<>]*)?\/?>/gi, '')
    .replace(/^[^\S\n]*(?:```|~~~).*$/gm, '')
    .replace(/^[^\S\n]{0,3}#{1,6}[^\S\n]+/gm, '')
    .replace(/^[^\S\n]*(?:[-*_][^\S\n]*){3,}$/gm, '')
    .replace(/^([^\S\n]*)[-*+][^\S\n]+/gm, '$1• ')
    .replace(/^[^\S\n]*>[^\S\n]?/gm, '')
    .replace(/!?\[([^\]\n]*)\]\(\s*([^)\s]*)[^)\n]*\)/g, linkAsText)
    .replace(/(\*\*\*|\*\*|__|~~)(?=\S)([^\n]*?\S)\1/g, '$2')
    .replace(/(^|[\s(])[*_](?=\S)([^\n*_]*?\S)[*_](?=[\s).,!?;:]|$)/g, '$1$2')
    .replace(/`([^`\n]+)`/g, '$1')
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function linkAsText(_match: string, label: string, target: string): string {
  if (target === '' || target === label) return label;
  return label === '' ? target : `${label} (${target})`;
}
