export { MediaApiModule, MediaModule, MediaWorkerModule } from './media.module.js';
export { MediaCopies, metaMediaHosts } from './media-copies.service.js';
export { MediaStorage } from './media-storage.js';
