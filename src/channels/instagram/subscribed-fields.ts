/** Without it no message arrives. */
export const requiredField = 'messages';

/** Every webhook field that the rooms behind the door understand. */
export const subscribedFields: readonly string[] = [
  requiredField,
  'messaging_postbacks',
  'messaging_seen',
  'messaging_referral',
  'messaging_optins',
  'messaging_handover',
  'message_reactions',
  'message_edit',
  'standby',
  'comments',
  'live_comments',
  'mentions',
];
