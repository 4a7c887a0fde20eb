import type { DecodedAttachment, MessageEvent, PostbackEvent, Referral } from '#libs/graph-api';
import { attachmentKinds } from '../../kinds/index.js';
import type { DmAttachment, DmRecord } from '../dm.schema.js';

/** What a message says. */
export function messageFields(event: MessageEvent): Partial<DmRecord> {
  return {
    kind: 'message',
    text: event.text,
    attachments: event.attachments.map(storedAttachment),
    ...(event.quickReply ? { quick_reply: event.quickReply } : {}),
    ...(event.replyTo ? { reply_to: event.replyTo } : {}),
    ...(event.referral ? { referral: storedReferral(event.referral) } : {}),
    ...(event.isUnsupported ? { is_unsupported: true } : {}),
  };
}

/** What a pressed button says. */
export function postbackFields(event: PostbackEvent): Partial<DmRecord> {
  return {
    kind: 'postback',
    text: event.title,
    postback: { title: event.title, payload: event.payload },
    ...(event.referral ? { referral: storedReferral(event.referral) } : {}),
  };
}

/** Types nobody knows yet become `unsupported`, with Meta's word kept; their raw form is in the message's. */
function storedAttachment(attachment: DecodedAttachment): DmAttachment {
  const type = attachment.kind === 'unsupported' ? 'unsupported' : attachment.type;
  return {
    type,
    ...(type === 'unsupported' ? { original_type: attachment.type } : {}),
    ...(attachment.url ? { url: attachment.url } : {}),
    ...(attachment.title ? { title: attachment.title } : {}),
    ...(attachment.mediaId ? { media_id: attachment.mediaId } : {}),
    ...(attachment.storyId ? { story_id: attachment.storyId } : {}),
    ...(attachmentKinds[type].mayBeCopied ? {} : { link_only: true }),
  };
}

export function storedReferral(referral: Referral): Record<string, unknown> {
  const { ref, source, type, adId, productId, adsContext } = referral;
  return JSON.parse(
    JSON.stringify({ ref, source, type, ad_id: adId, product_id: productId, ads_context: adsContext }),
  ) as Record<string, unknown>;
}
