export { connectRedis, REDIS, type RedisClient, type RedisPurpose } from './connect-redis.js';
export { RedisModule } from './redis.module.js';
