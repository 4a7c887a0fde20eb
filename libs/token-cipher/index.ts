export { InvalidKeyError, TamperedCiphertextError, TokenCipherError, UnknownKeyError } from './errors.js';
export { KeyRing, type KeySettings } from './key-ring.js';
export { TokenCipher } from './token-cipher.js';
