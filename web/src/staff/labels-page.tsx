import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { calling, labelsChange, labelsCreate, labelsList, labelsRemove, type LabelView } from '../api/index.js';
import { t } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { textOf } from '../session/pages.js';
import { Dialog, ErrorNotice } from '../ui/index.js';

const key = ['labels'];
const firstColor = '#1f77b4';

/** What conversations are sorted by. Everybody puts labels on; owners make them. */
export function Labels() {
  const mayWrite = useMay('owner');
  const queries = useQueryClient();
  const found = useQuery({ queryKey: key, queryFn: async () => (await labelsList({ ...calling })).data.data });
  const add = useMutation({
    mutationFn: (body: { name: string; color: string }) => labelsCreate({ ...calling, body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    add.mutate(fieldsOf(form), { onSuccess: () => form.reset() });
  };
  return (
    <>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      <ul className="card people" aria-label={t('labels.title')}>
        {found.data?.map((label) => (
          <Label key={label.id} label={label} mayWrite={mayWrite} />
        ))}
        {found.data?.length === 0 && <li className="quiet">{t('labels.empty')}</li>}
      </ul>
      {mayWrite && (
        <form className="card form label-form" onSubmit={submit}>
          <Fields color={firstColor} />
          <button type="submit" className="primary" disabled={add.isPending}>
            {t('labels.add')}
          </button>
          {add.error && <ErrorNotice error={add.error} />}
        </form>
      )}
    </>
  );
}

const fieldsOf = (form: HTMLFormElement): { name: string; color: string } => {
  const data = new FormData(form);
  return { name: textOf(data, 'name').trim(), color: textOf(data, 'color').toLowerCase() };
};

function Fields({ name, color }: { name?: string; color: string }) {
  return (
    <>
      <label>
        {t('labels.name')}
        <input name="name" dir="auto" required maxLength={40} defaultValue={name} autoComplete="off" />
      </label>
      <label>
        {t('labels.color')}
        <input name="color" type="color" defaultValue={color} />
      </label>
    </>
  );
}

function Label({ label, mayWrite }: { label: LabelView; mayWrite: boolean }) {
  const queries = useQueryClient();
  const [editing, setEditing] = useState(false);
  const close = (): void => setEditing(false);
  const after = {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: key });
      close();
    },
  };
  const path = { id: label.id };
  const change = useMutation({
    mutationFn: (body: { name: string; color: string }) => labelsChange({ ...calling, path, body }),
    ...after,
  });
  const remove = useMutation({ mutationFn: () => labelsRemove({ ...calling, path }), ...after });
  const error = change.error ?? remove.error;
  return (
    <li>
      <div>
        <span className="label-dot" style={{ background: label.color }} aria-hidden="true" /> <bdi>{label.name}</bdi>
      </div>
      {mayWrite && (
        <button type="button" aria-label={t('labels.changeOne', { name: label.name })} onClick={() => setEditing(true)}>
          {t('common.edit')}
        </button>
      )}
      {editing && (
        <Dialog title={t('labels.change')} onClose={close}>
          <form
            className="form"
            onSubmit={(event) => {
              event.preventDefault();
              change.mutate(fieldsOf(event.currentTarget));
            }}
          >
            <Fields name={label.name} color={label.color} />
            <small>{t('labels.removeHint')}</small>
            {error && <ErrorNotice error={error} />}
            <div className="buttons">
              <button type="submit" className="primary" disabled={change.isPending}>
                {t('common.save')}
              </button>
              <button type="button" onClick={close}>
                {t('common.cancel')}
              </button>
              <button type="button" disabled={remove.isPending} onClick={() => remove.mutate()}>
                {t('common.delete')}
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </li>
  );
}
