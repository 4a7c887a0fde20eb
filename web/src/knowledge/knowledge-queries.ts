import { calling, knowledgeGet, knowledgeList, type KnowledgeDocumentView } from '../api/index.js';

const limit = 100;
/** A page that was just added is read within seconds. */
const whileReadingMs = 2_000;

const isBeingRead = ({ state }: KnowledgeDocumentView): boolean => state === 'pending';

export const listKey = (accountId: string) => ['knowledge', accountId] as const;

export const listQuery = (accountId: string) => ({
  queryKey: listKey(accountId),
  queryFn: async ({ pageParam: cursor }: { pageParam: string | undefined }) =>
    (await knowledgeList({ ...calling, path: { account_id: accountId }, query: { limit, cursor } })).data,
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next_cursor: next }: { next_cursor: string | null }) => next ?? undefined,
  refetchInterval: (query: { state: { data?: { pages: { data: KnowledgeDocumentView[] }[] } } }) =>
    query.state.data?.pages.some(({ data }) => data.some(isBeingRead)) ? whileReadingMs : (false as const),
});

export const documentKey = (accountId: string, id: string) => ['knowledge', accountId, id] as const;

export const documentQuery = (accountId: string, id: string) => ({
  queryKey: documentKey(accountId, id),
  queryFn: async () => (await knowledgeGet({ ...calling, path: { account_id: accountId, document_id: id } })).data.data,
  refetchInterval: (query: { state: { data?: KnowledgeDocumentView } }) =>
    query.state.data && isBeingRead(query.state.data) ? whileReadingMs : (false as const),
});
