import { Module } from '@nestjs/common';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';

/** `/api-keys`: keys by which programs come in. What recognises them is `auth/`'s. */
@Module({ controllers: [ApiKeysController], providers: [ApiKeysService] })
export class ApiKeysApiModule {}
