import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import type { NoteRecord } from './note.schema.js';

export class NoteRequest {
  @ApiProperty({ maxLength: 5_000, example: 'Called her: she wants the table by the window.' })
  @IsString()
  @MaxLength(5_000)
  @Matches(/\S/, { message: 'must not be empty' })
  text!: string;
}

export class NoteView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  id!: string;

  @ApiProperty({ example: '9f86d081884c7d659a2feaa0' })
  conversation_id!: string;

  @ApiProperty({
    description: 'Who wrote it: the id of one of the staff, or what a program’s token names',
    example: '665f1c2e9b1e8a0012345678',
  })
  author!: string;

  @ApiProperty({ example: 'Called her: she wants the table by the window.' })
  text!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  updated_at!: string;
}

export class NoteResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: NoteView })
  data!: NoteView;
}

export class NoteListResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [NoteView], description: 'Newest first' })
  data!: NoteView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null on the last',
    example: null,
  })
  next_cursor!: string | null;
}

export function noteView(note: Omit<NoteRecord, '_id'> & { _id: unknown }): NoteView {
  return {
    id: String(note._id),
    conversation_id: note.conversation_id,
    author: note.author,
    text: note.text,
    created_at: note.created_at.toISOString(),
    updated_at: note.updated_at.toISOString(),
  };
}
