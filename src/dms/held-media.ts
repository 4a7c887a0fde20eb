import { mediaTypes } from '../kinds/index.js';
import type { DmAttachment } from './dm.schema.js';

/** What a person sends as a file of their own, as opposed to a post that they share, which may have an id as well. */
const ownTypes: ReadonlySet<string> = new Set([...mediaTypes, 'sticker']);

/** Whether the channel gives an attachment out by its id, without a link that came with it. */
export function isHeldById({ url, media_id, type }: DmAttachment): boolean {
  return url === undefined && media_id !== undefined && ownTypes.has(type);
}
