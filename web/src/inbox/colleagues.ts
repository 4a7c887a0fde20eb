import { useQuery } from '@tanstack/react-query';
import { calling, staffList, type StaffView } from '../api/index.js';
import { t } from '../i18n/index.js';
import { useStore } from './store-context.js';

const limit = 100;
const freshMs = 5 * 60_000;
const nobody: readonly StaffView[] = [];

/** The people of the tenant, as the inbox names them. */
export interface Colleagues {
  people: readonly StaffView[];
  size: number;
  nameOf(id: string): string;
}

export function useColleagues(): Colleagues {
  const { actorId } = useStore();
  const { data: people = nobody } = useQuery({
    queryKey: ['colleagues'],
    queryFn: async () => (await staffList({ ...calling, query: { limit } })).data.data,
    staleTime: freshMs,
  });
  const nameOf = (id: string): string =>
    id === actorId ? t('assign.me') : (people.find((one) => one.id === id)?.name ?? t('assign.gone'));
  return { people, size: people.length, nameOf };
}
