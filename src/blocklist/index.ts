export { BlocklistApiModule, BlocklistModule } from './blocklist.module.js';
export { BlocklistRepository, type BlockedPair } from './blocklist.repository.js';
export { Blocklist } from './blocklist.service.js';
