import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { ErasureView } from '../../accounts/index.js';
import { MayBeAbsent } from '../../validation/index.js';

export class ErasureRequestDto {
  @ApiPropertyOptional({
    description: 'The account’s `_id`, or either id of the Instagram account.',
    example: '665f1c2e9b1d8a0012345678',
  })
  @MayBeAbsent()
  @Matches(/^([0-9a-fA-F]{24}|\d{5,30})$/, { message: 'account_id must be an account id' })
  account_id?: string;

  @ApiPropertyOptional({
    description: 'The customer, as `participant_id` of conversations and `sender_id` of DMs name them.',
    example: '1254477777772222',
  })
  @MayBeAbsent()
  @Matches(/^\d{5,30}$/, { message: 'participant_id must be an id of Meta’s' })
  participant_id?: string;

  @ApiPropertyOptional({
    maxLength: 200,
    description: 'For the role admin, and alone: everything of this tenant.',
    example: 'tenant-1',
  })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  tenant?: string;
}

export class ErasureResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: ErasureView }) data!: ErasureView;
}
