/** One spelling of an address: how it is stored and compared. */
export const foldedEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase();
