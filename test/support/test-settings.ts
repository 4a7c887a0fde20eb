import { randomBytes } from 'node:crypto';
import type { TestServices } from './services.js';

/** Settings a test process starts with; nothing of the machine's environment gets in. */
export function testSettings(services: TestServices, env: Record<string, string> = {}): Record<string, string> {
  return {
    ENVIRONMENT: 'test',
    LOG_LEVEL: 'debug',
    DATABASE_URL: services.databaseUrl,
    DATABASE_NAME: services.databaseName,
    REDIS_URL: services.redisUrl,
    REDIS_PREFIX: services.redisPrefix,
    META_WEBHOOK_VERIFY_TOKEN: 'verify-me-please',
    INSTAGRAM_CLIENT_ID: '1234567890',
    INSTAGRAM_CLIENT_SECRET: 'sandbox-app-secret',
    JWT_SECRET: 'a-secret-of-the-test-run-that-is-long-enough',
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    OPENAI_API_KEY: 'sk-stand-in-000000000000',
    API_RATE_LIMIT_PER_MINUTE: '100000',
    RATE_LIMIT_PER_HOUR: '100000',
    RATE_LIMIT_PER_MINUTE: '100000',
    RATE_LIMIT_PER_RECIPIENT_DAY: '100000',
    AGENT_QUIET_MS: '50',
    SHUTDOWN_GRACE_MS: '3000',
    ...env,
  };
}
