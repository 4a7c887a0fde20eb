import { finding, type Finding } from './check-store.js';
import { marks } from './model.js';
import type { ChaosStack } from './stack.js';
import type { StoredDm, StoreWatch } from './store-watch.js';

interface StoredAction {
  _id: { toHexString(): string };
  state: string;
  arguments: { note?: string };
}

/** What the agent wanted done: each proposal there with its reply, and nothing done twice. */
export async function checkActions(
  { models, shop }: ChaosStack,
  dms: readonly StoredDm[],
  watch: StoreWatch,
): Promise<{ findings: Finding[]; facts: Record<string, string | number> }> {
  const actions = await watch.collection<StoredAction>('agent_actions').find().toArray();
  const ours = dms.filter(({ direction }) => direction === 'outbound');
  const written = new Set(ours.flatMap(({ text }) => marks.reply.exec(text ?? '')?.[0] ?? []));
  const proposed = [...models.replies.values()].flatMap(({ id, proposes }) =>
    proposes !== undefined && written.has(id) ? [{ id, note: proposes }] : [],
  );
  const byNote = countOf(actions.map(({ arguments: { note = '' } }) => note));
  const wanted = countOf(proposed.map(({ note }) => note));
  const calls = countOf(shop.putAside.map(({ key }) => key));
  const states = countOf(actions.map(({ state }) => state));
  const idOf = ({ _id }: StoredAction): string => _id.toHexString();
  const known = new Set(actions.map(idOf));
  return {
    findings: [
      finding(
        'proposal lost, or there twice',
        proposed
          .filter(({ note }) => byNote.get(note) !== 1)
          .map(({ id, note }) => `${note} of ${id}: ${byNote.get(note) ?? 0}`),
      ),
      finding(
        'proposed without a reply',
        [...byNote.keys()].filter((note) => !wanted.has(note)),
      ),
      finding(
        'done twice',
        [...calls].filter(([, count]) => count > 1).map(([key, count]) => `${count} × ${key}`),
      ),
      finding(
        'done without an action',
        [...calls.keys()].filter((key) => !known.has(key)),
      ),
      finding(
        'said to be done, but the shop was not told',
        actions.filter((one) => one.state === 'done' && !calls.has(idOf(one))).map(idOf),
      ),
      finding(
        'said to have failed, but the shop did it',
        actions.filter((one) => one.state === 'failed' && calls.has(idOf(one))).map(idOf),
      ),
    ],
    facts: {
      'looked up in the shop': shop.stamps,
      actions: [...states].map(([state, count]) => `${count} ${state}`).join(', ') || 0,
    },
  };
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
