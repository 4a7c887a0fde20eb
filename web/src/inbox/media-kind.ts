import type { MessageAttachmentView } from '../api/index.js';

/** How an attachment is shown. `either`: a picture or a video, which only its bytes tell. */
export type MediaKind = 'image' | 'video' | 'audio' | 'file' | 'either';

const byType: Record<string, MediaKind> = {
  image: 'image',
  sticker: 'image',
  video: 'video',
  reel: 'video',
  ig_reel: 'video',
  audio: 'audio',
  story_mention: 'either',
  ig_story: 'either',
  share: 'either',
  ig_post: 'either',
  post: 'either',
};

/** What the copy's bytes are comes first; without a copy, what the channel calls it. */
export function mediaKind({
  type,
  content_type: found,
}: Pick<MessageAttachmentView, 'type' | 'content_type'>): MediaKind {
  const [main] = found?.split('/') ?? [];
  // What the server does not show comes as a file to save.
  if (found?.startsWith('image/svg')) return 'file';
  if (main === 'image' || main === 'video' || main === 'audio') return main;
  return found === undefined ? (byType[type] ?? 'file') : 'file';
}
