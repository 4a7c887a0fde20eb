/** What `POST /accounts` takes on each channel, for accounts of the local stand-in; the token is whoever tries it’s. */
export const connectExamples = {
  instagram: {
    summary: 'Instagram, by a token of Instagram Login',
    value: { platform: 'meta_instagram', login: 'instagram', access_token: 'the-token-of-instagram-login' },
  },
  messenger: {
    summary: 'Messenger, by a Page’s token or that of a person who looks after Pages',
    value: { platform: 'meta_messenger', login: 'facebook', access_token: 'the-token-of-facebook' },
  },
  whatsapp: {
    summary: 'A WhatsApp number, by a system user’s token',
    value: {
      platform: 'meta_whatsapp',
      access_token: 'the-token-of-facebook',
      waba_id: '104500000000001',
      phone_number_id: '105600000000002',
      pin: '123456',
    },
  },
} as const;
