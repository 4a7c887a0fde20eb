import { useMutation } from '@tanstack/react-query';
import { useEffect, type FormEvent } from 'react';
import type { AgentSettingsPatchDto, AgentSettingsView } from '../api/index.js';
import { t, type MessageKey } from '../i18n/index.js';
import { ErrorNotice } from '../ui/index.js';

type Unsaved = AgentSettingsPatchDto;

interface Props {
  saved: AgentSettingsView;
  unsaved: Unsaved;
  change: (unsaved: Unsaved) => void;
  save: () => Promise<void>;
}

const texts = [
  ['fallback_text', 'agentSettings.fallback', 'agentSettings.fallbackHint'],
  ['hand_over_text', 'agentSettings.handOverText', 'agentSettings.handOverHint'],
] as const;

const lists = [
  ['hand_over_phrases', 'agentSettings.phrases', 'agentSettings.phrasesHint'],
  ['allowed_links', 'agentSettings.links', 'agentSettings.linksHint'],
  ['automatic_texts', 'agentSettings.automatic', 'agentSettings.automaticHint'],
] as const;

const switches = [
  ['see_pictures', 'agentSettings.pictures'],
  ['transcribe_voice', 'agentSettings.voice'],
] as const;

/** `scale`: what one of the form's units is in the API's. */
const numbers = [
  ['quiet_ms', 'agentSettings.quiet', 1_000, 0, 60],
  ['pause_after_human_minutes', 'agentSettings.pause', 1, 0, undefined],
  ['max_reply_parts', 'agentSettings.parts', 1, 1, 10],
  ['history', 'agentSettings.history', 1, 0, 100],
  ['replies_per_conversation_hour', 'agentSettings.replies', 1, 1, undefined],
  ['daily_token_budget', 'agentSettings.budget', 1, 0, undefined],
] as const;

/** The settings, of which what was changed is held as a patch: that is saved, and that the preview tries. */
export function AgentForm({ saved, unsaved, change, save }: Props) {
  const saving = useMutation({ mutationFn: save });
  const isChanged = Object.keys(unsaved).length > 0;
  useKeepingUnsaved(isChanged);
  const set = <K extends keyof Unsaved & keyof AgentSettingsView>(name: K, value: Unsaved[K]): void => {
    const { [name]: _before, ...others } = unsaved;
    change(isSame(value, saved[name]) ? others : { ...others, [name]: value });
  };
  const now = { ...saved, ...unsaved };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form className="card form" onSubmit={submit}>
      <Switch name="enabled" label="agentSettings.enabled" on={now.enabled === true} set={(on) => set('enabled', on)} />
      <label>
        {t('agentSettings.instructions')}
        <textarea
          rows={12}
          dir="auto"
          maxLength={20_000}
          value={now.instructions ?? ''}
          onChange={({ target }) => set('instructions', target.value)}
          aria-describedby="instructions-hint"
        />
        <small id="instructions-hint">{t('agentSettings.instructionsHint')}</small>
      </label>
      <Texts now={now} set={set} />
      <details>
        <summary>{t('agentSettings.more')}</summary>
        <div className="form">
          <Numbers now={now} set={set} />
          <label>
            {t('agentSettings.timezone')}
            <select value={now.timezone ?? ''} onChange={({ target }) => set('timezone', target.value)}>
              {zonesWith(saved.timezone).map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </select>
          </label>
          {lists.map(([name, label, hint]) => (
            <Lines key={name} label={label} hint={hint} lines={now[name] ?? []} set={(found) => set(name, found)} />
          ))}
          {switches.map(([name, label]) => (
            <Switch key={name} name={name} label={label} on={now[name] === true} set={(on) => set(name, on)} />
          ))}
        </div>
      </details>
      {saved.limited.map(({ field, asked, used }) => (
        <p key={field} className="quiet">
          {t('agentSettings.limited', { field, asked: String(asked), used: String(used) })}
        </p>
      ))}
      {saving.error && <ErrorNotice error={saving.error} />}
      <div className="buttons save-bar">
        <button type="submit" className="primary" disabled={saving.isPending || !isChanged}>
          {t('common.save')}
        </button>
        {isChanged && (
          <button type="button" onClick={() => change({})}>
            {t('agentSettings.revert')}
          </button>
        )}
        <span role="status" className="quiet">
          {isChanged ? t('agentSettings.unsaved') : saving.isSuccess && t('common.saved')}
        </span>
      </div>
    </form>
  );
}

interface FieldsProps {
  now: Unsaved;
  set: <K extends keyof Unsaved & keyof AgentSettingsView>(name: K, value: Unsaved[K]) => void;
}

function Texts({ now, set }: FieldsProps) {
  return texts.map(([name, label, hint]) => (
    <label key={name}>
      {t(label)}
      <textarea
        rows={2}
        dir="auto"
        maxLength={1_000}
        value={now[name] ?? ''}
        onChange={({ target }) => set(name, target.value === '' ? null : target.value)}
        aria-describedby={`${name}-hint`}
      />
      <small id={`${name}-hint`}>{t(hint)}</small>
    </label>
  ));
}

function Numbers({ now, set }: FieldsProps) {
  return numbers.map(([name, label, scale, min, max]) => (
    <label key={name}>
      {t(label)}
      <input
        type="number"
        min={min}
        max={max}
        step={scale === 1 ? 1 : 0.1}
        required
        value={shownNumber(now[name], scale)}
        onChange={({ target }) => set(name, target.value === '' ? null : Number(target.value) * scale)}
      />
    </label>
  ));
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

const shownNumber = (value: number | null | undefined, scale: number): number | string =>
  typeof value === 'number' ? value / scale : '';

const zonesWith = (zone: string): string[] => {
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes(zone) ? known : [zone, ...known];
};

interface SwitchProps {
  name: string;
  label: MessageKey;
  on: boolean;
  set: (on: boolean) => void;
}

function Switch({ name, label, on, set }: SwitchProps) {
  return (
    <label className="switch">
      <input type="checkbox" name={name} checked={on} onChange={({ target }) => set(target.checked)} />
      {t(label)}
    </label>
  );
}

interface LinesProps {
  label: MessageKey;
  hint: MessageKey;
  lines: readonly string[];
  set: (lines: string[]) => void;
}

/** A list, one a line. */
function Lines({ label, hint, lines, set }: LinesProps) {
  return (
    <label>
      {t(label)}
      <textarea
        rows={3}
        dir="auto"
        defaultValue={lines.join('\n')}
        onChange={({ target }) => set(target.value.split('\n').flatMap((line) => line.trim() || []))}
        aria-describedby={hint}
      />
      <small id={hint}>{t(hint)}</small>
    </label>
  );
}

/** Asks before the page goes with what was written in it. */
function useKeepingUnsaved(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isChanged]);
}
