import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { WebhookApiModule } from '../webhook/index.js';
import { SetupController } from './setup.controller.js';
import { SetupService } from './setup.service.js';

/** What is still to be done until messages arrive and are answered. */
@Module({ imports: [AccountsModule, WebhookApiModule], controllers: [SetupController], providers: [SetupService] })
export class SetupApiModule {}
