import type { AccountLogin } from '../account.schema.js';

/** Without these no message can be received or answered. */
export const requiredScopes: Record<AccountLogin, readonly string[]> = {
  instagram: ['instagram_business_basic', 'instagram_business_manage_messages'],
  facebook: ['instagram_basic', 'instagram_manage_messages', 'pages_manage_metadata', 'pages_show_list'],
};

/** What the dialog asks for: comments are needed for private replies, the rest of Page access for its token. */
export const requestedScopes: Record<AccountLogin, readonly string[]> = {
  instagram: [...requiredScopes.instagram, 'instagram_business_manage_comments'],
  facebook: [
    ...requiredScopes.facebook,
    'instagram_manage_comments',
    'pages_messaging',
    'pages_read_engagement',
    'business_management',
  ],
};
