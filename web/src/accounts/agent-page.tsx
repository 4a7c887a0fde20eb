import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { agentGet, agentPut, calling, type AgentSettingsPatchDto, type AgentSettingsView } from '../api/index.js';
import { ErrorNotice } from '../ui/index.js';
import { AccountHead } from './account-head.js';
import { AgentForm } from './agent-form.js';
import { AgentPreview } from './agent-preview.js';
import './agent.css';

/** What the agent of an account is told, beside what it would answer with what stands in the form now. */
export function AgentPage({ id }: { id: string }) {
  const queryKey = ['agent settings', id];
  const settings = useQuery({
    queryKey,
    queryFn: async () => (await agentGet({ ...calling, path: { account_id: id } })).data.data,
  });
  return (
    <div className="page">
      <AccountHead id={id} tab="agent" />
      {settings.error && <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.data && <Desk key={id} id={id} saved={settings.data} queryKey={queryKey} />}
    </div>
  );
}

interface DeskProps {
  id: string;
  saved: AgentSettingsView;
  queryKey: string[];
}

function Desk({ id, saved, queryKey }: DeskProps) {
  const queries = useQueryClient();
  /** What was changed here and is not saved. */
  const [unsaved, setUnsaved] = useState<AgentSettingsPatchDto>({});
  const save = async (): Promise<void> => {
    const { data } = await agentPut({ ...calling, path: { account_id: id }, body: unsaved });
    queries.setQueryData(queryKey, data.data);
    // What was written while this was on its way stays unsaved.
    setUnsaved((now) =>
      Object.fromEntries(
        Object.entries(now).filter(([name, value]) => !Object.is(value, unsaved[name as keyof typeof unsaved])),
      ),
    );
  };
  return (
    <div className="columns agent-desk">
      <AgentForm saved={saved} unsaved={unsaved} change={setUnsaved} save={save} />
      <AgentPreview id={id} unsaved={unsaved} />
    </div>
  );
}
