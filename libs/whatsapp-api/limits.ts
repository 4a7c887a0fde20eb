/** WhatsApp's limits: of texts in characters, of media in bytes. */
export const WHATSAPP_LIMITS = {
  text: 4096,
  caption: 1024,
  /** Of a message with buttons. */
  buttonsBody: 1024,
  listBody: 4096,
  buttons: 3,
  buttonTitle: 20,
  buttonId: 256,
  /** Of all sections together. */
  listRows: 10,
  rowTitle: 24,
  rowId: 200,
  /** What opens the list. */
  listButton: 20,
  callbackData: 512,
  templateBody: 1024,
  media: {
    image: { maxBytes: 5_000_000, contentTypes: ['image/jpeg', 'image/png'] },
    video: { maxBytes: 16_000_000, contentTypes: ['video/mp4', 'video/3gpp'] },
    audio: {
      maxBytes: 16_000_000,
      contentTypes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
    },
    file: { maxBytes: 100_000_000, contentTypes: ['*'] },
  },
} as const;
