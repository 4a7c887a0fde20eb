import { ApiProperty } from '@nestjs/swagger';
import { roles, type Principal, type Role, type StoredSession } from '../auth/index.js';
import type { NewLink } from './joining.service.js';
import type { StaffLink } from './staff-links.repository.js';
import type { StaffMember } from './staff.repository.js';

const role = { enum: roles, enumName: 'Role', description: 'What they may do', example: 'operator' } as const;
const date = { type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' } as const;
const noDate = { ...date, nullable: true, example: null } as const;
const id = { description: 'The person’s id', example: '665f1c2e9b1e8a0012345678' } as const;
const yes = { enum: [true], example: true } as const;
const tenantId = { description: 'Whose data they work on', example: 'shop' } as const;

class ActorView {
  @ApiProperty({ ...id, description: 'The person’s id; of a token, the name that it carries' })
  id!: string;

  @ApiProperty({ description: 'The person’s name; of a token, its `sub`', example: 'Anna Lind' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Of a token, `null`', example: 'anna@shop.example' })
  email!: string | null;

  @ApiProperty(role)
  role!: Role;
}

export class MeResponse {
  @ApiProperty(yes)
  success!: true;

  @ApiProperty(tenantId)
  tenant_id!: string;

  @ApiProperty({ type: ActorView, description: 'Who asks' })
  actor!: ActorView;

  @ApiProperty({
    enum: ['token', 'api_key', 'session'],
    description: 'How they showed who they are',
    example: 'session',
  })
  via!: Principal['via'];
}

export class SessionView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  id!: string;

  @ApiProperty({ description: 'The browser, as it names itself', example: 'Mozilla/5.0 (X11; Linux x86_64)' })
  user_agent!: string;

  @ApiProperty({ description: 'The one that asks', example: true })
  current!: boolean;

  @ApiProperty({ ...date, description: 'When they signed in' })
  created_at!: string;

  @ApiProperty({ ...date, description: 'When it was last used, to five minutes' })
  seen_at!: string;

  @ApiProperty({ ...date, description: 'When it ends, unless it is used before' })
  expires_at!: string;
}

export class SessionListResponse {
  @ApiProperty(yes)
  success!: true;

  @ApiProperty({ type: [SessionView] })
  data!: SessionView[];
}

export class DoneResponse {
  @ApiProperty(yes)
  success!: true;
}

export class EndedSessionsResponse {
  @ApiProperty(yes)
  success!: true;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Sessions that were ended', example: 2 })
  ended!: number;
}

export class StaffView {
  @ApiProperty(id)
  id!: string;

  @ApiProperty(tenantId)
  tenant_id!: string;

  @ApiProperty({ description: 'The address they sign in with', example: 'anna@shop.example' })
  email!: string;

  @ApiProperty({ description: 'As colleagues see it', example: 'Anna Lind' })
  name!: string;

  @ApiProperty(role)
  role!: Role;

  @ApiProperty({ description: 'They may not sign in', example: false })
  disabled!: boolean;

  @ApiProperty({ ...noDate, description: 'When they last showed their password' })
  last_sign_in_at!: string | null;

  @ApiProperty({ ...date, description: 'When they came in first' })
  created_at!: string;
}

export class StaffListResponse {
  @ApiProperty(yes)
  success!: true;

  @ApiProperty({ type: [StaffView] })
  data!: StaffView[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null on the last',
    example: null,
  })
  next_cursor!: string | null;
}

export class StaffResponse {
  @ApiProperty(yes)
  success!: true;

  @ApiProperty({ type: StaffView })
  data!: StaffView;
}

export class InviteView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Whom it invites', example: 'anna@shop.example' })
  email!: string | null;

  @ApiProperty(role)
  role!: Role;

  @ApiProperty(tenantId)
  tenant_id!: string;

  @ApiProperty({ description: 'Who made it', example: '665f1c2e9b1e8a0012345678' })
  invited_by!: string;

  @ApiProperty({ ...date, description: 'Until when it can be accepted' })
  expires_at!: string;
}

export class NewLinkView extends InviteView {
  @ApiProperty({
    description: 'To be opened by them, once. It is told here and nowhere else',
    example: 'https://dm.example.com/app/invite#iq4yFv0mC6C1cVv3l8mBq0a2b4c6d8e0',
  })
  url!: string;
}

export class NewLinkResponse {
  @ApiProperty(yes)
  success!: true;

  @ApiProperty({ type: NewLinkView })
  data!: NewLinkView;
}

export class InviteListResponse {
  @ApiProperty(yes)
  success!: true;

  @ApiProperty({ type: [InviteView] })
  data!: InviteView[];
}

/** @param person `null`: a program’s token */
export function meResponse(caller: Principal, person: StaffMember | null): MeResponse {
  const { name, email } = person ?? { name: caller.actor, email: null };
  return {
    success: true,
    tenant_id: caller.tenant,
    actor: { id: caller.actor, name, email, role: caller.role },
    via: caller.via,
  };
}

/** Of somebody who has just come in. */
export function welcomeResponse({ _id: actor, tenant_id: tenant, role: own, ...person }: StaffMember): MeResponse {
  const caller: Principal = { tenant, actor, role: own, via: 'session' };
  return meResponse(caller, { _id: actor, tenant_id: tenant, role: own, ...person });
}

export function staffView(person: StaffMember): StaffView {
  const { _id, tenant_id, email, name, role: own, disabled_at, last_sign_in_at, created_at } = person;
  return {
    id: _id,
    ...{ tenant_id, email, name, role: own },
    disabled: disabled_at !== undefined,
    last_sign_in_at: last_sign_in_at?.toISOString() ?? null,
    created_at: created_at.toISOString(),
  };
}

export function sessionView(session: StoredSession, current: string | undefined): SessionView {
  return {
    id: session._id,
    user_agent: session.user_agent,
    current: session._id === current,
    created_at: session.created_at.toISOString(),
    seen_at: session.seen_at.toISOString(),
    expires_at: session.expires_at.toISOString(),
  };
}

export function inviteView({ _id, email, role: granted, tenant_id, invited_by, expires_at }: StaffLink): InviteView {
  const fields = { tenant_id, invited_by, expires_at: expires_at.toISOString() };
  return { id: _id, email: email ?? null, role: granted, ...fields };
}

export const newLinkView = ({ link, url }: NewLink): NewLinkView => ({ ...inviteView(link), url });
