import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class TemplateParametersView {
  @ApiPropertyOptional({ enum: ['text', 'image', 'video', 'document'], description: 'What the header needs' })
  header?: 'text' | 'image' | 'video' | 'document';

  @ApiProperty({ type: [String], description: 'Variables of the body, by their numbers', example: ['1', '2'] })
  body!: string[];

  @ApiProperty({ type: [String], description: 'Variables with names', example: [] })
  named!: string[];

  @ApiProperty({ type: [String], description: 'Buttons that need a value: `url` or `copy_code`', example: [] })
  buttons!: string[];
}

export class TemplateView {
  @ApiProperty({ description: 'The channel’s id of it', example: '168900000000010' })
  id!: string;

  @ApiProperty({ example: 'order_update' })
  name!: string;

  @ApiProperty({ example: 'en_US' })
  language!: string;

  @ApiProperty({
    description: 'In Meta’s word: `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, `DISABLED` and others',
    example: 'APPROVED',
  })
  status!: string;

  @ApiPropertyOptional({ example: 'UTILITY' })
  category?: string;

  @ApiPropertyOptional({ description: 'Why it was rejected or paused, in Meta’s word', example: 'INVALID_FORMAT' })
  reason?: string;

  @ApiPropertyOptional({ example: 'GREEN' })
  quality?: string;

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [] })
  components!: Record<string, unknown>[];

  @ApiProperty({ type: TemplateParametersView, description: 'What a send has to fill in' })
  parameters!: TemplateParametersView;

  @ApiProperty({ description: 'Whether `POST /messages/send` sends it', example: true })
  can_be_sent!: boolean;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the channel listed it so' })
  synced_at?: string;
}

export class TemplateListResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: [TemplateView] })
  data!: TemplateView[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor!: string | null;
}

export class TemplateResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: TemplateView })
  data!: TemplateView;
}
