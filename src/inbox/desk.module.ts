import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { CANNED_REPLY, CannedReplySchema } from './canned-replies/canned-reply.schema.js';
import { CannedRepliesRepository } from './canned-replies/canned-replies.repository.js';
import { DeskErasureService } from './desk-erasure.service.js';
import { DRAFT, DraftSchema } from './drafts/draft.schema.js';
import { DraftsRepository } from './drafts/drafts.repository.js';
import { LABEL, LabelSchema } from './labels/label.schema.js';
import { LabelsRepository } from './labels/labels.repository.js';
import { NOTE, NoteSchema } from './notes/note.schema.js';
import { NotesRepository } from './notes/notes.repository.js';

const repositories = [LabelsRepository, NotesRepository, CannedRepliesRepository, DraftsRepository, DeskErasureService];

/** What the staff keep beside conversations, in the store. */
@Module({
  imports: [
    MongooseModule.forFeature([
      { name: LABEL, schema: LabelSchema },
      { name: NOTE, schema: NoteSchema },
      { name: CANNED_REPLY, schema: CannedReplySchema },
      { name: DRAFT, schema: DraftSchema },
    ]),
  ],
  providers: repositories,
  exports: repositories,
})
export class DeskModule {}
