import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';

export const presenceStates = ['looking', 'typing', 'gone'] as const;
export type PresenceState = (typeof presenceStates)[number];

export class PresenceRequest {
  @ApiProperty({ enum: presenceStates, description: '`gone` takes it back at once', example: 'typing' })
  @IsIn(presenceStates)
  state!: PresenceState;
}

export class PresenceView {
  @ApiProperty({ example: '9f86d081884c7d659a2feaa0' })
  conversation_id!: string;

  @ApiProperty({ description: 'Who: the id of one of the staff.', example: '665f1c2e9b1e8a0012345678' })
  person!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What they are called here', example: 'Anna' })
  name!: string | null;

  @ApiProperty({ enum: presenceStates, description: 'What they do here.', example: 'typing' })
  state!: PresenceState;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'It is over by then unless it is said again',
    example: '2026-01-05T10:00:15.000Z',
  })
  until!: string;
}

export class PresenceResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [PresenceView], description: 'The others who are here now' })
  data!: PresenceView[];
}
