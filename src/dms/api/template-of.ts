import type { DmRecord } from '../dm.schema.js';

/** Which template a DM was sent by. */
export interface SentTemplate {
  name: string;
  language: string;
  category?: string;
}

export function templateOf({ outbound }: Pick<DmRecord, 'outbound'>): SentTemplate | undefined {
  if (!outbound?.template) return undefined;
  const { name, language, category } = outbound.template;
  return { name, language, ...(category === undefined ? {} : { category }) };
}
