/** WhatsApp's limits, all in characters. */
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
} as const;
