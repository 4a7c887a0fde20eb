import type { DmRecord } from '../dm.schema.js';

/** The choice that a DM picks, in the same words on every channel. */
export interface PickedChoice {
  /** As the send that offered it named it. */
  id: string;
  /** What the person read. */
  title?: string;
}

/** Which choice a DM picks: a quick reply, a button, a row of a list. `undefined` when it picks none. */
export function choiceOf({
  quick_reply,
  postback,
  text,
}: Pick<DmRecord, 'quick_reply' | 'postback' | 'text'>): PickedChoice | undefined {
  const id = quick_reply?.payload ?? postback?.payload;
  const title = quick_reply ? text : postback?.title;
  return id === undefined ? undefined : { id, ...(title === undefined ? {} : { title }) };
}
