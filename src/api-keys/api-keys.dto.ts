import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsString, Matches, MaxLength } from 'class-validator';
import type { Role, StoredApiKey } from '../auth/index.js';
import { MayBeAbsent } from '../validation/index.js';

/** A program never acts for the whole installation. */
export const keyRoles = ['viewer', 'operator', 'owner'] as const satisfies readonly Role[];
export type KeyRole = (typeof keyRoles)[number];

const date = { type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' } as const;
const noDate = { ...date, nullable: true, example: null } as const;
const id = { description: 'The key’s id', example: '665f1c2e9b1e8a0012345678' } as const;
const name = { description: 'What it is for', example: 'order system' } as const;
const role = {
  enum: keyRoles,
  description: '`viewer` reads, `operator` answers customers, `owner` decides for the tenant',
  example: 'operator',
} as const;

export class NewApiKeyRequest {
  @ApiProperty(name)
  @MaxLength(100)
  @Matches(/\S/, { message: 'must not be empty' })
  @IsString()
  name!: string;

  @ApiProperty(role)
  @IsIn(keyRoles)
  role!: KeyRole;

  @ApiPropertyOptional({
    ...date,
    description: 'When it ends by itself, a time to come; left out, when it is revoked',
    example: '2036-01-05T10:00:00.000Z',
  })
  @MayBeAbsent()
  @IsISO8601({ strict: true })
  expires_at?: string;
}

export class ApiKeyView {
  @ApiProperty(id)
  id!: string;

  @ApiProperty(name)
  name!: string;

  @ApiProperty({ description: 'Whose data it opens', example: 'shop' })
  tenant_id!: string;

  @ApiProperty({ ...role, enum: keyRoles })
  role!: Role;

  @ApiProperty({ description: 'Its last characters', example: '9sQ4' })
  ends_with!: string;

  @ApiProperty({ description: 'Who made it: the person’s id, or the name that a token carries', example: 'anna' })
  created_by!: string;

  @ApiProperty({ ...date, description: 'When it was made' })
  created_at!: string;

  @ApiProperty({ ...noDate, description: 'When it was last used, to five minutes' })
  used_at!: string | null;

  @ApiProperty({ ...noDate, description: 'When it ends by itself' })
  expires_at!: string | null;
}

export class CreatedApiKeyView extends ApiKeyView {
  @ApiProperty({
    description: 'What the program sends: `Authorization: Bearer dmk_…`. It is told here and nowhere else',
    example: 'dmk_Zk3y0fJ2mN8qR4tV6wX1yB5cD7eG9hK0lM2nP4qS6u8',
  })
  key!: string;
}

export class ApiKeyListResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: [ApiKeyView] })
  data!: ApiKeyView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null on the last',
    example: null,
  })
  next_cursor!: string | null;
}

export class CreatedApiKeyResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: CreatedApiKeyView })
  data!: CreatedApiKeyView;
}

export class RevokedApiKeyResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;
}

export function apiKeyView({ _id, created_at, used_at, expires_at, ...key }: StoredApiKey): ApiKeyView {
  return {
    id: _id,
    name: key.name,
    tenant_id: key.tenant_id,
    role: key.role,
    ends_with: key.ends_with,
    created_by: key.created_by,
    created_at: created_at.toISOString(),
    used_at: used_at?.toISOString() ?? null,
    expires_at: expires_at?.toISOString() ?? null,
  };
}
