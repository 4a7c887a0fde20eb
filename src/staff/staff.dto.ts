import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsEmail, IsIn, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { roles, type Role } from '../auth/index.js';
import { IdPageQuery } from '../paging/index.js';
import { MayBeAbsent } from '../validation/index.js';

const examples = {
  email: 'anna@shop.example',
  name: 'Anna Lind',
  password: 'correct horse battery',
  token: 'iq4yFv0mC6C1cVv3l8mBq0a2b4c6d8e0',
} as const;

const role = {
  enum: roles,
  enumName: 'Role',
  description:
    '`viewer` reads, `operator` answers customers, `owner` decides for the tenant, `admin` for the whole installation',
  example: 'operator',
} as const;

/** A person’s name as others see it. */
const PersonName = (): PropertyDecorator => (target, key) => {
  for (const rule of [MaxLength(100), Matches(/\S/, { message: 'must not be empty' }), IsString()]) rule(target, key);
};

/** No rules of composition: length is what counts, and managers of passwords make them long. */
const NewPassword = (): PropertyDecorator => (target, key) => {
  for (const rule of [MaxLength(200), MinLength(12), IsString()]) rule(target, key);
};

const EmailAddress = (): PropertyDecorator => (target, key) => {
  for (const rule of [MaxLength(254), IsEmail({}, { message: 'expected an email address' })]) rule(target, key);
};

/** What a link carries behind its `#`. */
const LinkToken = (): PropertyDecorator => (target, key) => {
  for (const rule of [MaxLength(100), IsString()]) rule(target, key);
};

export class SignInRequest {
  @ApiProperty({ description: 'The email address; capitals do not matter', example: examples.email })
  @IsString()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ description: 'The password', example: examples.password })
  @IsString()
  @MaxLength(200)
  password!: string;
}

export class ChangePasswordRequest {
  @ApiProperty({ description: 'The password until now', example: examples.password })
  @IsString()
  @MaxLength(200)
  current_password!: string;

  @ApiProperty({ description: 'The password from now on: 12 characters or more', example: 'a longer one than before' })
  @NewPassword()
  new_password!: string;
}

export class AcceptInviteRequest {
  @ApiProperty({ description: 'What the link carries behind `#`', example: examples.token })
  @LinkToken()
  token!: string;

  @ApiProperty({ description: 'The person’s name, as colleagues see it', example: examples.name })
  @PersonName()
  name!: string;

  @ApiProperty({ description: 'The password: 12 characters or more', example: examples.password })
  @NewPassword()
  password!: string;
}

export class FirstAdminRequest extends AcceptInviteRequest {
  @ApiProperty({ description: 'The address they will sign in with', example: examples.email })
  @EmailAddress()
  email!: string;
}

export class InviteRequest {
  @ApiProperty({ description: 'The address of whoever is invited', example: examples.email })
  @EmailAddress()
  email!: string;

  @ApiProperty(role)
  @IsIn(roles)
  role!: Role;
}

export class ChangeStaffRequest {
  @ApiPropertyOptional({ description: 'The person’s name, as colleagues see it', example: examples.name })
  @MayBeAbsent()
  @PersonName()
  name?: string;

  @ApiPropertyOptional(role)
  @MayBeAbsent()
  @IsIn(roles)
  role?: Role;

  @ApiPropertyOptional({ description: '`true`: may not sign in any more, and is signed out everywhere', example: true })
  @MayBeAbsent()
  @IsBoolean()
  disabled?: boolean;
}

export class ListStaffQuery extends IdPageQuery {}
