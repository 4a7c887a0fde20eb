export { BlockMarksService, byTenantAndChannel } from './block-marks.service.js';
export { BlocklistApiModule, BlocklistModule, BlocklistWorkerModule } from './blocklist.module.js';
export { BlocklistRepository } from './blocklist.repository.js';
export { BlocklistService } from './blocklist.service.js';
