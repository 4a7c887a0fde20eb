import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** In the order in which they are done. */
export const setupSteps = ['public_address', 'webhook', 'account', 'first_message', 'agent'] as const;
export type SetupStep = (typeof setupSteps)[number];

export const setupStates = ['done', 'weak', 'open', 'failed'] as const;
export type SetupState = (typeof setupStates)[number];

export class SetupStepView {
  @ApiProperty({
    enum: setupSteps,
    description:
      '`public_address`: `API_URL` leads here; `webhook`: Meta’s question is answered; `account`: one is connected, and ' +
      'Meta delivers for it; `first_message`: something came; `agent`: it answers for an account',
    example: 'webhook',
  })
  step!: SetupStep;

  @ApiProperty({
    enum: setupStates,
    description:
      '`weak`: it works and will cost something one day; `open`: not yet; `failed`: it was done and is broken',
    example: 'done',
  })
  state!: SetupState;

  @ApiProperty({
    description: 'What is so and, where it is not well, what to do',
    example: 'the verify token is confirmed, and no other.',
  })
  text!: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'When it was last seen to be so',
    example: '2026-01-05T10:00:00.000Z',
  })
  at?: string;
}

export class SetupView {
  @ApiProperty({ description: 'Whether there is nothing left to do.', example: false })
  complete!: boolean;

  @ApiProperty({ type: [SetupStepView], description: 'In the order in which they are done.' })
  steps!: SetupStepView[];

  @ApiProperty({
    description: 'What to give Meta as the callback URL.',
    example: 'https://dm.shop.example/webhook/meta',
  })
  callback_url!: string;
}

export class SetupResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: SetupView })
  data!: SetupView;
}
