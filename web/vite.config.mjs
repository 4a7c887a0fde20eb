import { defineConfig } from 'vite';

/** Where `npm start` answers; `vite web` (a page that reloads while one works on it) passes what is not its own there. */
const server = process.env.API_URL ?? 'http://localhost:3000';
const api = ['/auth', '/staff', '/inbox', '/instagram-dms', '/accounts', '/agent', '/admin', '/setup', '/health'];

export default defineConfig({
  root: import.meta.dirname,
  base: '/app/',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Files of their own: what is inlined as data: would not be under the page's policy.
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
  },
  server: { proxy: Object.fromEntries(api.map((path) => [path, server])) },
});
