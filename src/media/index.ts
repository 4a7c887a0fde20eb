export { MediaApiModule, MediaModule, MediaWorkerModule } from './media.module.js';
export { MediaCopiesService } from './media-copies.service.js';
export { metaMediaHosts } from './media-policy.js';
export { MediaSourcesService } from './media-sources.service.js';
export { MediaStorageService } from './media-storage.service.js';
