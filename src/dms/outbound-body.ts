import type { MediaType } from '../kinds/index.js';

/** What goes over the wire beside the text; kept so that a retry sends the same and a replay needs nothing else. */
export interface OutboundBody {
  attachment?: { type: MediaType; url: string; is_reusable?: boolean };
  quick_replies?: { title: string; payload: string }[];
  /** A message that the channel approved beforehand, with the values filled in. */
  template?: { name: string; language: string; category?: string; components: readonly Record<string, unknown>[] };
  reply_to_mid?: string;
  tag?: 'HUMAN_AGENT';
  /** A private reply goes to the author of this comment; the person's id is known from Meta's answer. */
  comment_id?: string;
}
