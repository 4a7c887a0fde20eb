import { Module } from '@nestjs/common';
import { DmsModule } from '../dms/index.js';
import { MediaController } from './media.controller.js';
import { MediaCopies } from './media-copies.service.js';
import { MediaProcessor } from './media.processor.js';
import { MediaLinks } from './media-links.service.js';
import { MediaStorage } from './media-storage.js';

/** Copies of customers' media in S3-compatible storage, for accounts that switched it on. */
@Module({
  imports: [DmsModule],
  providers: [MediaStorage, MediaCopies],
  exports: [MediaStorage, MediaCopies],
})
export class MediaModule {}

@Module({ imports: [MediaModule, DmsModule], controllers: [MediaController], providers: [MediaLinks] })
export class MediaApiModule {}

@Module({ imports: [MediaModule, DmsModule], providers: [MediaProcessor] })
export class MediaWorkerModule {}
