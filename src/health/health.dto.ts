import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class PartHealthView {
  @ApiProperty({ enum: ['up', 'down'], example: 'up' })
  status!: 'up' | 'down';

  @ApiPropertyOptional({ description: 'Round trip of the check.', example: 2 })
  latency_ms?: number;

  @ApiPropertyOptional({ description: '`not reachable`, or what it refuses.', example: 'takes no writes (READONLY)' })
  reason?: string;
}

class PartsView {
  @ApiProperty({ type: PartHealthView })
  mongodb!: PartHealthView;

  @ApiProperty({ type: PartHealthView })
  redis!: PartHealthView;

  @ApiProperty({
    type: PartHealthView,
    description: '`down`: they are taken and kept, and can not be stored as messages.',
  })
  deliveries!: PartHealthView;
}

export class HealthResponse {
  @ApiProperty({
    enum: ['healthy', 'degraded', 'unhealthy', 'stopping', 'starting'],
    description:
      '`degraded`: Redis is away or takes no writes, or deliveries can not be stored. They are still taken; answers wait. ' +
      '`starting`: indexes are being built.',
    example: 'healthy',
  })
  status!: 'healthy' | 'degraded' | 'unhealthy' | 'stopping' | 'starting';

  @ApiProperty({ enum: ['Instagram DM API'], example: 'Instagram DM API' })
  service!: 'Instagram DM API';

  @ApiProperty({ type: PartsView })
  parts!: PartsView;
}

export class LivenessResponse {
  @ApiProperty({ enum: ['alive'], example: 'alive' })
  status!: 'alive';
}
