export { connectRedis, REDIS, type RedisClient, type RedisPurpose } from './connect-redis.js';
export { redisWeaknesses } from './redis-weaknesses.js';
export { RedisModule } from './redis.module.js';
