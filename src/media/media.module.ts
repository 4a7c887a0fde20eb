import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { DmsModule } from '../dms/index.js';
import { InboxMediaController } from './inbox-media.controller.js';
import { MediaController, MessageMediaController } from './media.controller.js';
import { MediaCopiesService } from './media-copies.service.js';
import { MediaProcessor } from './media.processor.js';
import { MediaLinksService } from './media-links.service.js';
import { MediaStreamsService } from './media-streams.service.js';
import { MediaSourcesService } from './media-sources.service.js';
import { MediaStorageService } from './media-storage.service.js';

/** Copies of customers' media in S3-compatible storage, for accounts that switched it on. */
@Module({
  imports: [AccountsModule, DmsModule],
  providers: [MediaStorageService, MediaSourcesService, MediaCopiesService],
  exports: [MediaStorageService, MediaSourcesService, MediaCopiesService],
})
export class MediaModule {}

@Module({
  imports: [MediaModule, DmsModule],
  controllers: [MediaController, MessageMediaController, InboxMediaController],
  providers: [MediaLinksService, MediaStreamsService],
})
export class MediaApiModule {}

@Module({ imports: [MediaModule, DmsModule], providers: [MediaProcessor] })
export class MediaWorkerModule {}
