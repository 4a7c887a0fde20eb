import { InstagramAdapter } from './instagram.adapter.js';

export const instagram = { adapter: InstagramAdapter };
