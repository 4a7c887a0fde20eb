import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { TemplateNoticesService } from './template-notices.service.js';
import { TemplateSendsService } from './template-sends.service.js';
import { TemplateSyncService } from './template-sync.service.js';
import { TEMPLATE, TemplateSchema } from './template.schema.js';
import { TemplatesController } from './templates.controller.js';
import { TemplatesRepository } from './templates.repository.js';
import { TemplatesService } from './templates.service.js';

/** Messages that a channel has approved beforehand. */
@Module({
  imports: [AccountsModule, MongooseModule.forFeature([{ name: TEMPLATE, schema: TemplateSchema }])],
  providers: [TemplatesRepository, TemplateSyncService, TemplateSendsService, TemplateNoticesService],
  exports: [TemplatesRepository, TemplateSyncService, TemplateSendsService, TemplateNoticesService],
})
export class TemplatesModule {}

/** `/messages/templates`. */
@Module({
  imports: [AccountsModule, TemplatesModule],
  controllers: [TemplatesController],
  providers: [TemplatesService],
})
export class TemplatesApiModule {}
