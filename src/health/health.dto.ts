import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class PartHealthView {
  @ApiProperty({ enum: ['up', 'down'], example: 'up' })
  status!: 'up' | 'down';

  @ApiPropertyOptional({ description: 'Round trip of the check.', example: 2 })
  latency_ms?: number;

  @ApiPropertyOptional({ example: 'not reachable' })
  reason?: string;
}

class PartsView {
  @ApiProperty({ type: PartHealthView })
  mongodb!: PartHealthView;

  @ApiProperty({ type: PartHealthView })
  redis!: PartHealthView;
}

export class HealthView {
  @ApiProperty({
    enum: ['healthy', 'degraded', 'unhealthy', 'stopping'],
    description: '`degraded`: Redis is away. Deliveries are still taken; answers wait.',
    example: 'healthy',
  })
  status!: 'healthy' | 'degraded' | 'unhealthy' | 'stopping';

  @ApiProperty({ enum: ['Instagram DM API'], example: 'Instagram DM API' })
  service!: 'Instagram DM API';

  @ApiProperty({ type: PartsView })
  parts!: PartsView;
}

export class LivenessView {
  @ApiProperty({ enum: ['alive'], example: 'alive' })
  status!: 'alive';
}
