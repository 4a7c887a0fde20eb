import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { EXPORT, EXPORT_CHUNK, ExportChunkSchema, ExportSchema } from './export.schema.js';
import { ExportsRepository } from './exports.repository.js';

/** Exports in the store. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: EXPORT, schema: ExportSchema },
      { name: EXPORT_CHUNK, schema: ExportChunkSchema },
    ]),
  ],
  providers: [ExportsRepository],
  exports: [ExportsRepository],
})
export class ExportsModule {}
