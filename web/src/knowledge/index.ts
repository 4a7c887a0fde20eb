export { KnowledgePage } from './knowledge-page.js';
