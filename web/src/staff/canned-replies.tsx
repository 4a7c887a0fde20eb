import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { accountsQuery, nameOf } from '../accounts/index.js';
import {
  calling,
  cannedRepliesChange,
  cannedRepliesCreate,
  cannedRepliesList,
  cannedRepliesRemove,
  type CannedReplyView,
} from '../api/index.js';
import { t } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { textOf } from '../session/pages.js';
import { Dialog, ErrorNotice } from '../ui/index.js';

const key = ['canned replies'];
const variables = ['customer.first_name', 'customer.name', 'customer.username', 'account.name', 'me.name'];

/** Texts that everybody sends by `/`. Everybody sees them; owners write them. */
export function CannedReplies() {
  const mayWrite = useMay('owner');
  const [editing, setEditing] = useState<CannedReplyView | 'new'>();
  const found = useQuery({
    queryKey: [...key, 'all'],
    queryFn: async () => (await cannedRepliesList({ ...calling })).data.data,
  });
  return (
    <>
      <p className="quiet">{t('canned.hint')}</p>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      <ul className="card people" aria-label={t('canned.title')}>
        {found.data?.map((reply) => (
          <li key={reply.id}>
            <div>
              <kbd dir="ltr">/{reply.shortcut}</kbd>
              <p dir="auto" className="canned-text">
                {reply.text}
              </p>
            </div>
            {mayWrite && (
              <button
                type="button"
                aria-label={t('canned.changeOne', { name: reply.shortcut })}
                onClick={() => setEditing(reply)}
              >
                {t('common.edit')}
              </button>
            )}
          </li>
        ))}
        {found.data?.length === 0 && <li className="quiet">{t('canned.empty')}</li>}
      </ul>
      {mayWrite && (
        <div className="buttons">
          <button type="button" className="primary" onClick={() => setEditing('new')}>
            {t('canned.add')}
          </button>
        </div>
      )}
      {editing && <Editing reply={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

function Editing({ reply, onClose }: { reply: CannedReplyView | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const after = {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: key });
      onClose();
    },
  };
  const save = useMutation({
    mutationFn: async (form: FormData) => {
      const fields = { shortcut: textOf(form, 'shortcut').trim().toLowerCase(), text: textOf(form, 'text') };
      const account = textOf(form, 'account');
      if (reply) await cannedRepliesChange({ ...calling, path: { id: reply.id }, body: fields });
      else
        await cannedRepliesCreate({
          ...calling,
          body: { ...fields, ...(account ? { platform_account_id: account } : {}) },
        });
    },
    ...after,
  });
  const remove = useMutation({
    mutationFn: async () => reply && cannedRepliesRemove({ ...calling, path: { id: reply.id } }),
    ...after,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    save.mutate(new FormData(event.currentTarget));
  };
  const error = save.error ?? remove.error;
  return (
    <Dialog title={t(reply ? 'canned.change' : 'canned.add')} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>
          {t('canned.shortcut')}
          <input
            name="shortcut"
            dir="ltr"
            required
            maxLength={40}
            pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
            defaultValue={reply?.shortcut}
            autoComplete="off"
            aria-describedby="shortcut-hint"
          />
          <small id="shortcut-hint">{t('canned.shortcutHint')}</small>
        </label>
        <label>
          {t('canned.text')}
          <textarea
            name="text"
            dir="auto"
            rows={5}
            required
            maxLength={5000}
            defaultValue={reply?.text}
            aria-describedby="text-hint"
          />
          <small id="text-hint">
            {t('canned.variables')} <bdi>{variables.map((name) => `{{${name}}}`).join(' ')}</bdi>
          </small>
        </label>
        {!reply && <AccountSelect />}
        {error && <ErrorNotice error={error} />}
        <div className="buttons">
          <button type="submit" className="primary" disabled={save.isPending}>
            {t('common.save')}
          </button>
          <button type="button" onClick={onClose}>
            {t('common.cancel')}
          </button>
          {reply && (
            <button type="button" disabled={remove.isPending} onClick={() => remove.mutate()}>
              {t('common.delete')}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

/** Which account's customers it is for; nothing to choose where there is one. */
function AccountSelect() {
  const { data: accounts = [] } = useQuery(accountsQuery);
  if (accounts.length < 2) return null;
  return (
    <label>
      {t('canned.account')}
      <select name="account" defaultValue="">
        <option value="">{t('canned.allAccounts')}</option>
        {accounts.map((account) => (
          <option key={account._id} value={account._id}>
            {nameOf(account)}
          </option>
        ))}
      </select>
    </label>
  );
}
