export { MediaApiModule, MediaModule, MediaWorkerModule } from './media.module.js';
export { MediaCopiesService, metaMediaHosts } from './media-copies.service.js';
export { MediaStorageService } from './media-storage.service.js';
