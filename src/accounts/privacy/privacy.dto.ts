import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Documentation only: the signature is checked before anything is read. */
export class SignedRequestDto {
  @ApiProperty({
    description: 'base64url signature, a dot, base64url JSON; HMAC-SHA256 with an app secret.',
    example: 'ZmFrZS1zaWduYXR1cmU.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsInVzZXJfaWQiOiIyMTg0NzEifQ',
  })
  signed_request!: string;
}

export class DeauthorizeResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
}

export class DataDeletionResponse {
  @ApiProperty({ example: 'https://dm.example.com/meta/data-deletion/0123456789abcdef0123456789abcdef' })
  url!: string;

  @ApiProperty({ example: '0123456789abcdef0123456789abcdef' })
  confirmation_code!: string;
}

export class DataDeletionStatus {
  @ApiProperty({ example: '0123456789abcdef0123456789abcdef' }) confirmation_code!: string;
  @ApiProperty({ enum: ['queued', 'running', 'done'], example: 'done' }) state!: 'queued' | 'running' | 'done';
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' }) requested_at!: Date;
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T12:00:05.000Z' }) completed_at?: Date;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'What was removed so far.',
    example: { dms: 12, conversations: 1, deliveries: 14, media: 2 },
  })
  removed!: Record<string, number>;
}

export class ErasureView {
  @ApiProperty({ description: 'For GET /privacy/erasures/{id}.', example: '665f1c2e9b1e8a0012345678' }) id!: string;
  @ApiProperty({ enum: ['person', 'account', 'tenant'], example: 'person' }) kind!: 'person' | 'account' | 'tenant';
  @ApiProperty({ enum: ['queued', 'running', 'done'], example: 'done' }) state!: 'queued' | 'running' | 'done';
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' }) requested_at!: Date;
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T12:00:05.000Z' }) completed_at?: Date;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'What was removed so far.',
    example: { dms: 12, conversations: 1, deliveries: 14, media: 2 },
  })
  removed!: Record<string, number>;
}

export class DataDeletionStatusResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: DataDeletionStatus }) data!: DataDeletionStatus;
}
