export { cacheFolder } from './cache-folder.js';
export { EmbeddedServiceError } from './errors.js';
export { findFreePort, isListening, isPortFree } from './free-port.js';
export type { ProgressLog } from './log.js';
export { MongodProcess, type MongoOptions } from './mongod-process.js';
export { MongoReplicaSet } from './mongo-replica-set.js';
export { findMongodProgram } from './mongod-program.js';
export { findRedisProgram, RedisProcess } from './redis-process.js';
export { ServerProcess, type ServerOptions } from './server-process.js';
export {
  resolveServices,
  startMongo,
  startMongoSet,
  startRedis,
  type Services,
  type ServicesRequest,
} from './services.js';
