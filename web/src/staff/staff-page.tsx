import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import {
  calling,
  staffChange,
  staffInvite,
  staffInvites,
  staffList,
  staffRemove,
  staffTakeBack,
  type ChangeStaffRequest,
  type InviteView,
  type Role,
  type StaffView,
} from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { reaches, session } from '../session/index.js';
import { Avatar, Dialog, ErrorNotice, Link, useObservable } from '../ui/index.js';
import { CannedReplies } from './canned-replies.js';
import { Labels } from './labels-page.js';
import './staff.css';

const limit = 50;
const staffKey = ['staff'];
const invitesKey = ['staff invites'];

const tabs = [
  ['people', '/staff', 'staff.title'],
  ['canned-replies', '/staff/canned-replies', 'canned.title'],
  ['labels', '/staff/labels', 'labels.title'],
] as const;

/** What belongs to the team: its people, and what they all use. Everybody sees it; owners change it. */
export function StaffPage({ tab = 'people' }: { tab?: string | undefined }) {
  const shown = tabs.find(([name]) => name === tab) ?? tabs[0];
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t(shown[2])}</h1>
        <nav className="tabs" aria-label={t('nav.staff')}>
          {tabs.map(([name, to, label]) => (
            <Link key={name} to={to} aria-current={name === shown[0] ? 'page' : undefined}>
              {t(label)}
            </Link>
          ))}
        </nav>
      </header>
      {shown[0] === 'people' && <People />}
      {shown[0] === 'canned-replies' && <CannedReplies />}
      {shown[0] === 'labels' && <Labels />}
    </div>
  );
}

/** Who works here, and who is invited. */
function People() {
  const now = useObservable(session);
  const me = now.state === 'in' ? now.me : undefined;
  const isOwner = me !== undefined && reaches(me.role, 'owner');
  const found = useInfiniteQuery({
    queryKey: staffKey,
    queryFn: async ({ pageParam: cursor }) => (await staffList({ ...calling, query: { limit, cursor } })).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
  });
  const people = found.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      <ul className="card people" aria-label={t('staff.title')}>
        {people.map((person) => (
          <Person key={person.id} person={person} isMe={person.id === me?.actorId} canChange={isOwner} />
        ))}
        {found.isSuccess && people.length === 0 && <li className="quiet">{t('staff.empty')}</li>}
      </ul>
      {found.hasNextPage && (
        <button type="button" onClick={() => void found.fetchNextPage()}>
          {t('common.more')}
        </button>
      )}
      {isOwner && <Invites mayGrantAdmin={me.role === 'admin'} />}
    </>
  );
}

const roles: readonly Role[] = ['viewer', 'operator', 'owner', 'admin'];

function RoleSelect({ value, withAdmin, ...rest }: RoleSelectProps) {
  return (
    <select value={value} {...rest} onChange={({ target }) => rest.onChange(target.value as Role)}>
      {roles
        .filter((role) => role !== 'admin' || withAdmin || value === 'admin')
        .map((role) => (
          <option key={role} value={role}>
            {t(`role.${role}`)}
          </option>
        ))}
    </select>
  );
}

interface RoleSelectProps {
  value: Role;
  withAdmin: boolean;
  disabled?: boolean;
  'aria-label'?: string;
  'aria-describedby'?: string;
  onChange: (role: Role) => void;
}

function Person({ person, isMe, canChange }: { person: StaffView; isMe: boolean; canChange: boolean }) {
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const after = { onSuccess: () => queries.invalidateQueries({ queryKey: staffKey }) };
  const change = useMutation({
    mutationFn: (body: ChangeStaffRequest) => staffChange({ ...calling, path: { id: person.id }, body }),
    ...after,
  });
  const remove = useMutation({ mutationFn: () => staffRemove({ ...calling, path: { id: person.id } }), ...after });
  const { name, email, role, disabled, last_sign_in_at: lastSignIn } = person;
  const error = change.error ?? remove.error;
  return (
    <li data-disabled={disabled || undefined}>
      <Avatar name={name} />
      <div>
        <strong dir="auto">{name}</strong> {isMe && <span className="quiet">{t('staff.you')}</span>}
        <p className="quiet">
          <bdi>{email}</bdi> ·{' '}
          {lastSignIn ? t('staff.lastSignIn', { time: dayAndTime(lastSignIn) }) : t('staff.neverSignedIn')}
        </p>
        {disabled && <p className="problem">{t('staff.disabled')}</p>}
        {error && <ErrorNotice error={error} />}
      </div>
      {canChange && !isMe ? (
        <div className="buttons">
          <RoleSelect
            value={role}
            withAdmin={false}
            disabled={change.isPending}
            aria-label={t('staff.roleOf', { name })}
            onChange={(next) => change.mutate({ role: next })}
          />
          <button type="button" disabled={change.isPending} onClick={() => change.mutate({ disabled: !disabled })}>
            {t(disabled ? 'staff.enable' : 'staff.disable')}
          </button>
          <button type="button" aria-label={t('staff.removeOne', { name })} onClick={() => setRemoving(true)}>
            {t('staff.remove')}
          </button>
        </div>
      ) : (
        <span className="quiet">{t(`role.${role}`)}</span>
      )}
      {removing && (
        <Dialog title={t('staff.remove')} onClose={() => setRemoving(false)}>
          <p dir="auto">{t('staff.removeSure', { name })}</p>
          <div className="buttons">
            <button type="button" className="primary" disabled={remove.isPending} onClick={() => remove.mutate()}>
              {t('staff.remove')}
            </button>
            <button type="button" onClick={() => setRemoving(false)}>
              {t('common.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </li>
  );
}

function Invites({ mayGrantAdmin }: { mayGrantAdmin: boolean }) {
  const queries = useQueryClient();
  const open = useQuery({ queryKey: invitesKey, queryFn: async () => (await staffInvites({ ...calling })).data.data });
  const [role, setRole] = useState<Role>('operator');
  const invite = useMutation({
    mutationFn: async (email: string) => (await staffInvite({ ...calling, body: { email, role } })).data.data,
    onSuccess: () => queries.invalidateQueries({ queryKey: invitesKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const email = new FormData(event.currentTarget).get('email');
    if (typeof email === 'string') invite.mutate(email.trim());
  };
  return (
    <section className="card form" aria-label={t('staff.invite.title')}>
      <h2>{t('staff.invite.title')}</h2>
      <form className="invite" onSubmit={submit}>
        <label>
          {t('signIn.email')}
          <input name="email" type="email" required maxLength={254} autoComplete="off" />
        </label>
        <label>
          {t('staff.role')}
          <RoleSelect value={role} withAdmin={mayGrantAdmin} aria-describedby="role-hint" onChange={setRole} />
        </label>
        <button type="submit" className="primary" disabled={invite.isPending}>
          {t('staff.invite.submit')}
        </button>
        <small id="role-hint">{t(`role.${role}.hint`)}</small>
      </form>
      {invite.error && <ErrorNotice error={invite.error} />}
      {invite.data && <NewLink email={invite.data.email ?? ''} url={invite.data.url} />}
      {(open.data?.length ?? 0) > 0 && (
        <>
          <h3>{t('staff.invite.open')}</h3>
          <ul className="people">
            {open.data?.map((one) => (
              <Invite key={one.id} invite={one} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Told once: who closes the page has to invite again. */
function NewLink({ email, url }: { email: string; url: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(url);
    setCopied(true);
  };
  return (
    <div className="notice" role="status">
      <div className="form link-line">
        <p dir="auto">{t('staff.invite.link', { email })}</p>
        <input
          readOnly
          value={url}
          dir="ltr"
          aria-label={t('staff.invite.url')}
          onFocus={({ target }) => target.select()}
        />
      </div>
      <button type="button" onClick={() => void copy().catch(() => undefined)}>
        {t(copied ? 'common.copied' : 'common.copy')}
      </button>
    </div>
  );
}

function Invite({ invite }: { invite: InviteView }) {
  const queries = useQueryClient();
  const takeBack = useMutation({
    mutationFn: () => staffTakeBack({ ...calling, path: { id: invite.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: invitesKey }),
  });
  return (
    <li>
      <div>
        <bdi>{invite.email}</bdi>
        <p className="quiet">
          {t(`role.${invite.role}`)} · {t('staff.invite.until', { time: dayAndTime(invite.expires_at) })}
        </p>
        {takeBack.error && <ErrorNotice error={takeBack.error} />}
      </div>
      <button type="button" disabled={takeBack.isPending} onClick={() => takeBack.mutate()}>
        {t('staff.invite.takeBack')}
      </button>
    </li>
  );
}
