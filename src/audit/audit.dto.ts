import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { accountIdPattern, accountIdRule, IdPageQuery, metaIdPattern, metaIdRule } from '../paging/index.js';
import { IsTime, MayBeAbsent } from '../validation/index.js';
import { auditActions, auditThings } from './audit-actions.js';

const wanted = [...auditThings, ...auditActions];

export class AuditLogQuery extends IdPageQuery {
  @ApiPropertyOptional({
    maxLength: 200,
    description: 'What one person or program did.',
    example: '665f1c2e9b1e8a0012345678',
  })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  actor?: string;

  @ApiPropertyOptional({
    enum: wanted,
    description: 'One action; or all that begin with it, such as `staff`.',
    example: 'account.disconnected',
  })
  @MayBeAbsent()
  @IsIn(wanted)
  action?: string;

  @ApiPropertyOptional({ description: 'About one account: its `_id`.', example: '665f1c2e9b1d8a0012345678' })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  account_id?: string;

  @ApiPropertyOptional({
    description: 'About one customer, by the channel’s id of them; entries have a keyed hash of it.',
    example: '1254477777772222',
  })
  @MayBeAbsent()
  @Matches(metaIdPattern, metaIdRule)
  participant_id?: string;

  @ApiPropertyOptional({ maxLength: 200, description: 'For admins: one tenant’s.', example: 'tenant-1' })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  user_id?: string;

  @ApiPropertyOptional({ description: 'Done at or after.', example: '2026-01-02T14:00:00Z' })
  @MayBeAbsent()
  @IsTime()
  since?: string;

  @ApiPropertyOptional({ description: 'Done before.', example: '2026-01-02T15:00:00Z' })
  @MayBeAbsent()
  @IsTime()
  until?: string;
}

export class AuditEntryView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  _id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-02T03:04:05.000Z' })
  at!: Date;

  @ApiPropertyOptional({ description: 'Whose data it was done to.', example: 'tenant-1' })
  tenant_id?: string;

  @ApiProperty({
    description:
      'Who: a person’s id as in `/staff`, a token’s `sub`, `meta`, `system` for what acts by itself, or `unknown`.',
    example: '665f1c2e9b1e8a0012345678',
  })
  actor!: string;

  @ApiPropertyOptional({
    enum: ['viewer', 'operator', 'owner', 'admin', 'system', 'meta', 'unknown'],
    description: 'As what they did it.',
    example: 'owner',
  })
  role?: string;

  @ApiPropertyOptional({
    description: 'How they had shown who they are: `session`, `token`, `password`, `link`…',
    example: 'session',
  })
  via?: string;

  @ApiProperty({
    description: 'What was done; or method and route, of an admin’s request that has no name of its own.',
    example: 'account.disconnected',
  })
  action!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'To what, by ids; `person` is a keyed hash of a customer’s.',
    example: { account_id: '665f1c2e9b1d8a0012345678' },
  })
  target!: Record<string, string>;

  @ApiPropertyOptional({ type: [String], description: 'Names of the fields that were written.', example: ['label'] })
  changed?: string[];

  @ApiPropertyOptional({ description: 'HTTP status of the answer, of an admin’s request.', example: 200 })
  status?: number;

  @ApiPropertyOptional({ description: 'The address the request came from.', example: '203.0.113.7' })
  address?: string;

  @ApiPropertyOptional({ description: 'The browser or program, as it calls itself.', example: 'Mozilla/5.0' })
  user_agent?: string;

  @ApiPropertyOptional({ example: '0d7f7f5e-6f7a-4b7e-9f0a-0a9d6c1b2e3f' })
  request_id?: string;
}

export class AuditListResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: [AuditEntryView] })
  data!: AuditEntryView[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page.', example: null })
  next_cursor!: string | null;
}
