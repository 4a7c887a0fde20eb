import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { loginNames } from '../../channels/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import type { AccountLogin } from '../account.schema.js';

export class OAuthLoginParam {
  @ApiProperty({ enum: loginNames, example: loginNames[0] })
  @IsIn(loginNames)
  login!: AccountLogin;
}

export class OAuthStartQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'Redirect instead of answering JSON.' })
  @MayBeAbsent()
  @IsIn(['true', 'false'])
  redirect?: 'true' | 'false';

  @ApiPropertyOptional({ maxLength: 200, description: 'For the role admin: the tenant to connect for.' })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  user_id?: string;
}

export class OAuthStartView {
  @ApiProperty({
    description: 'Send the browser here.',
    example: 'https://www.instagram.com/oauth/authorize?client_id=1&redirect_uri=https%3A%2F%2Fdm.example.com&state=…',
  })
  url!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T12:10:00.000Z' })
  expires_at!: Date;
}

export class OAuthStartResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: OAuthStartView }) data!: OAuthStartView;
}
