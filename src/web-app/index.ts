export { hasWebApp, serveWebApp } from './serve-web-app.js';
