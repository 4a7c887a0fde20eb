export { CommentsPage } from './comments-page.js';
