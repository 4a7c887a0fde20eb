import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { channelNames, type Channel } from '../../channels/index.js';
import { DmView } from './dm-view.dto.js';
import { duplicateOf } from './follow-send.js';

export class DmListResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [DmView] })
  data!: DmView[];

  @ApiProperty({
    type: 'integer',
    description:
      'DMs under these filters, on all pages; with `status`, `held_reason`, `kind`, `since` or `until` counted to 10,000',
    example: 1,
  })
  total!: number;

  @ApiProperty({ type: 'integer', example: 50 })
  limit!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  skip!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null on the last',
    example: null,
  })
  next_cursor!: string | null;
}

export class DmResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: DmView })
  data!: DmView;
}

export class SendDmResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({
    type: Object,
    nullable: true,
    additionalProperties: true,
    description: 'Meta’s answer; null while there is none (202)',
    example: { recipient_id: '1254477777772222', message_id: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE' },
  })
  result!: unknown;

  @ApiProperty({ type: DmView })
  stored!: DmView;

  @ApiPropertyOptional({
    type: [DmView],
    description: 'All messages, where it took more than one; `stored` is the first',
  })
  parts?: DmView[];

  @ApiPropertyOptional(duplicateOf)
  duplicate_of?: string;
}

export class DeleteDmResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ enum: channelNames, example: channelNames[0] })
  channel!: Channel;

  @ApiProperty({ description: 'Removed for good', example: false })
  deleted!: boolean;

  @ApiPropertyOptional({ description: 'Left out of lists from now on', example: true })
  soft_deleted?: boolean;
}
