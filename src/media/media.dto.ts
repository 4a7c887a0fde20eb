import { ApiProperty } from '@nestjs/swagger';

export class MediaLinkDto {
  @ApiProperty({
    description: 'Works for five minutes.',
    example: 'https://bucket.s3.amazonaws.com/media/…?X-Amz-Signature=…',
  })
  url!: string;

  @ApiProperty({ example: 'image/jpeg' })
  content_type!: string;

  @ApiProperty({ example: 48_213 })
  bytes!: number;

  @ApiProperty({ example: 300 })
  expires_in!: number;
}

export class MediaLinkResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: MediaLinkDto })
  data!: MediaLinkDto;
}
