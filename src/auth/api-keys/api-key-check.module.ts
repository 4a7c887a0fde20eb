import { Global, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { ApiKeyCheckService } from './api-key-check.service.js';
import { API_KEY, ApiKeySchema } from './api-key.schema.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** What recognises API keys; `api-keys/` makes and revokes them. */
@Global()
@Module({
  imports: [MongooseModule.forFeature([{ name: API_KEY, schema: ApiKeySchema }])],
  providers: [ApiKeysRepository, ApiKeyCheckService],
  exports: [ApiKeysRepository, ApiKeyCheckService],
})
export class ApiKeyCheckModule {}
