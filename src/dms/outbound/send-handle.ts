import type { DmRecord } from '../dm.schema.js';

/** `<id of the DM>.<number of the call>`: nothing of what is sent, and no key of a caller's. */
const form = /^([0-9a-f]{24})\.(\d{1,9})$/;

/** What a call carries where the channel gives it back. A message that is sent again has another. */
export function sendHandleOf({ _id, attempts = 0 }: Pick<DmRecord, '_id' | 'attempts'>): string {
  return `${String(_id)}.${attempts}`;
}

/** The DM that a handle names; `undefined` for what is no handle of ours. */
export function dmIdOfHandle(handle: string): string | undefined {
  return form.exec(handle)?.[1];
}

/**
 * Whether a handle that came back is of this DM. Of a refusal it must be of the latest call: what is said of an earlier
 * one, which was repeated since, says nothing of this one.
 */
export function isHandleOf(dm: Partial<Pick<DmRecord, '_id' | 'attempts'>>, handle: string, state?: string): boolean {
  const [, dmId, call] = form.exec(handle) ?? [];
  if (dmId === undefined || dmId !== String(dm._id)) return false;
  const attempts = dm.attempts ?? 0;
  return state === 'failed' ? Number(call) === attempts : Number(call) >= 1 && Number(call) <= attempts;
}
