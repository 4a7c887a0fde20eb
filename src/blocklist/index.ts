export { BlockMarks, byTenant } from './block-marks.service.js';
export { BlocklistApiModule, BlocklistModule, BlocklistWorkerModule } from './blocklist.module.js';
export { BlocklistRepository } from './blocklist.repository.js';
export { Blocklist } from './blocklist.service.js';
