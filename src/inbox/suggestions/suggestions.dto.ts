import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsMongoId, IsString, Matches, MaxLength } from 'class-validator';
import { SuggestionView } from '../../agent/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { ReplyDto } from '../messages/messages.dto.js';

/** What is sent of a suggestion. */
export class SendSuggestionDto extends PickType(ReplyDto, ['client_key', 'tag']) {
  @ApiPropertyOptional({
    pattern: '^[0-9a-fA-F]{24}$',
    description: 'The one that was read; where another has taken its place: 409',
    example: '665f1c2ab7e4a1d2c3b4a5a1',
  })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected the id of a suggestion: 24 hex digits' })
  id?: string;

  @ApiPropertyOptional({
    description: 'What is sent in its place, where it was changed',
    maxLength: 10_000,
    example: 'Yes, on Saturdays from 7 to 13.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(10_000)
  @Matches(/\S/, { message: 'must not be empty' })
  message?: string;
}

export class SuggestionResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: SuggestionView })
  data!: SuggestionView;
}
