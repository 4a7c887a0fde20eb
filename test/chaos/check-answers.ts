import type { AcceptedSend } from '#libs/sandbox';
import { finding, type Finding } from './check-store.js';
import type { DeskSend } from './desk.js';
import { marks, type ModelReply } from './model.js';
import type { Note, People } from './people.js';
import type { ChaosStack } from './stack.js';
import type { StoredDm, StoreWatch } from './store-watch.js';

/** What was committed this long before the model was asked must be part of what it was asked. */
const readBeforeAskMs = 1_000;

interface Facts {
  sends: readonly AcceptedSend[];
  dms: StoredDm[];
  replies: Map<string, ModelReply>;
  /** The notes that accepted replies cover, each with the replies that do. */
  coveredBy: Map<string, string[]>;
}

const replyIdOf = (text: string | null | undefined): string | undefined => marks.reply.exec(text ?? '')?.[0];

function gather(stack: ChaosStack, dms: StoredDm[]): Facts {
  const { sends } = stack.local.sandbox;
  const { replies } = stack.models;
  const accepted = new Set(sends.flatMap(({ text }) => replyIdOf(text) ?? []));
  const coveredBy = new Map<string, string[]>();
  for (const id of accepted)
    for (const mark of replies.get(id)?.covers ?? []) coveredBy.set(mark, [...(coveredBy.get(mark) ?? []), id]);
  return { sends, dms, replies, coveredBy };
}

/** Every message answered once and in order, and what was not sent is known not to be. */
export function checkAnswers(
  stack: ChaosStack,
  people: People,
  desk: DeskSend[],
  dms: StoredDm[],
  watch: StoreWatch,
): { findings: Finding[]; facts: Record<string, string | number> } {
  const facts = gather(stack, dms);
  const overtaken = overtakenByPerson(people, facts);
  const unconfirmed = explain(facts, overtaken);
  const covering = checkCovering(people, facts, overtaken);
  return {
    findings: [
      finding('sent twice', sentTwice(facts)),
      finding('answered twice', answeredTwice(facts)),
      ...covering.findings,
      finding('order of answers wrong', wrongOrder(people, facts, watch)),
      finding('order of sends wrong', wrongSendOrder(facts)),
      finding('desk sends wrong', checkDesk(desk, facts)),
      finding('said to be sent, but Meta has it not', falselySent(facts)),
      finding('said to have failed, but Meta has it', falselyFailed(facts)),
      ...unconfirmed.findings,
    ],
    facts: {
      'messages to answer': people.notes.length,
      'answers sent': new Set(facts.sends.flatMap(({ text }) => replyIdOf(text) ?? [])).size,
      'sends accepted': `${facts.sends.length} (${facts.sends.filter(({ answered }) => !answered).length} of them without an answer)`,
      'model asked': stack.models.asked,
      ...unconfirmed.facts,
      ...covering.facts,
    },
  };
}

function sentTwice({ sends }: Facts): string[] {
  const seen = new Map<string, number>();
  for (const { recipientId, text } of sends) {
    const key = `${recipientId} ${text}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([key, count]) => `${count} × ${key.slice(0, 90)}`);
}

function answeredTwice({ coveredBy }: Facts): string[] {
  return [...coveredBy].filter(([, by]) => by.length > 1).map(([mark, by]) => `${mark} by ${by.join(', ')}`);
}

/** Silence is right for what was taken back in time, for what says nothing, and where a person has taken over. */
function mayStaySilent({ agent_state, agent_reason }: StoredDm, { thread }: Note): boolean {
  if (agent_state !== 'skipped') return false;
  return agent_reason === 'unsent' || (agent_reason === 'paused' && thread.withPerson);
}

/** Replies that waited until a person had answered in their place: not to be sent any more. */
function overtakenByPerson(people: People, { dms, replies }: Facts): Set<StoredDm> {
  const byPerson = new Set(people.notes.flatMap(({ mark, thread }) => (thread.withPerson ? [mark] : [])));
  const waited = dms.filter(({ status, error }) => status === 'failed' && error?.kind === 'superseded');
  return new Set(waited.filter(({ text }) => replies.get(replyIdOf(text) ?? '')?.covers.every((m) => byPerson.has(m))));
}

function checkCovering(people: People, { coveredBy, dms, replies }: Facts, overtaken: Set<StoredDm>) {
  const byKey = new Map(dms.map((dm) => [dm.message_id ?? '', dm]));
  const byPayload = new Map(dms.flatMap((dm) => (dm.postback?.payload ? [[dm.postback.payload, dm] as const] : [])));
  const coverOf = (some: StoredDm[]): Set<string> =>
    new Set(some.flatMap(({ text }) => replies.get(replyIdOf(text) ?? '')?.covers ?? []));
  const lost = coverOf(dms.filter(({ status }) => status === 'unconfirmed' || status === 'queued'));
  const leftToPerson = coverOf([...overtaken]);
  const unanswered: string[] = [];
  const silent = new Map<string, number>();
  const keepsSilent = (reason = ''): unknown => silent.set(reason, (silent.get(reason) ?? 0) + 1);
  let behindUnconfirmed = 0;
  for (const note of people.notes) {
    const dm = note.mid ? byKey.get(note.mid) : byPayload.get(note.message?.payload ?? '');
    if (!dm) continue; // counted as missing
    if (mayStaySilent(dm, note)) keepsSilent(dm.agent_reason);
    else if (coveredBy.has(note.mark)) continue;
    else if (leftToPerson.has(note.mark)) keepsSilent('superseded');
    else if (lost.has(note.mark)) behindUnconfirmed++;
    else if (dm.agent_state === 'answered' && (!note.named || dm.unsent)) continue;
    else unanswered.push(`${note.mark} (${note.kind}): ${dm.agent_state ?? 'no state'} ${dm.agent_reason ?? ''}`);
  }
  return {
    findings: [finding('never answered', unanswered)],
    facts: {
      'rightly silent': [...silent].map(([reason, n]) => `${reason} ${n}`).join(', ') || 0,
      'answer unconfirmed': behindUnconfirmed,
    },
  };
}

/** A later answer must not cover what was there, and older, when an earlier one was made. */
function wrongOrder(people: People, { sends, replies, coveredBy }: Facts, watch: StoreWatch): string[] {
  const wrong: string[] = [];
  for (const { phone, notes } of people.threads) {
    const recipient = phone.id;
    const ids = [...new Set(sends.filter((s) => s.recipientId === recipient).flatMap((s) => replyIdOf(s.text) ?? []))];
    const order = new Map(ids.map((id, index) => [id, index]));
    for (const [index, id] of ids.entries()) {
      const reply = replies.get(id);
      const covered = notes.filter(({ mark }) => reply?.covers.includes(mark));
      const newest = Math.max(0, ...covered.map(({ at }) => at));
      for (const note of notes) {
        const storedAt = note.mid ? watch.storedAt.get(note.mid) : undefined;
        const by = coveredBy.get(note.mark)?.map((other) => order.get(other) ?? -1) ?? [];
        const late = note.at < newest && by.length > 0 && Math.min(...by) > index;
        if (late && storedAt !== undefined && storedAt < (reply?.askedAt ?? 0) - readBeforeAskMs)
          wrong.push(
            `${note.mark} (${note.kind}) was answered after ${id}, which covers later ones and was asked for ${(reply?.askedAt ?? 0) - storedAt} ms after it was stored`,
          );
      }
    }
  }
  return wrong;
}

/** In each conversation messages arrive as they were queued; the parts of an answer without a gap or a turn. */
function wrongSendOrder({ sends, dms }: Facts): string[] {
  const seqByMid = new Map(dms.flatMap((dm) => (dm.message_id ? [[dm.message_id, dm.send_seq] as const] : [])));
  const last = new Map<string, number>();
  const wrong: string[] = [];
  for (const send of sends) {
    const seq = seqByMid.get(send.mid);
    if (seq === undefined) continue;
    if (seq < (last.get(send.recipientId) ?? 0)) wrong.push(`${send.text?.slice(0, 60)} came after a later one`);
    last.set(send.recipientId, Math.max(seq, last.get(send.recipientId) ?? 0));
  }
  return wrong;
}

function checkDesk(desk: DeskSend[], { sends, dms }: Facts): string[] {
  return desk.flatMap(({ mark, status, tries }) => {
    const accepted = sends.filter(({ text }) => text?.includes(mark)).length;
    const stored = dms.filter(({ send_key }) => send_key?.startsWith(`api:${mark}:`));
    const said = `${mark}: ${accepted} sent, ${stored.length} stored (${stored[0]?.status}), last answer ${status} after ${tries}`;
    const fine = accepted <= 1 && stored.length <= 1 && (status !== 200 || accepted === 1);
    return fine ? [] : [said];
  });
}

function falselySent({ sends, dms }: Facts): string[] {
  const mids = new Set(sends.map(({ mid }) => mid));
  const claimed = dms.filter(({ status, send_key }) => status === 'sent' && send_key);
  return claimed.filter(({ message_id }) => !mids.has(message_id ?? '')).map(({ text }) => text?.slice(0, 60) ?? '');
}

function falselyFailed({ sends, dms }: Facts): string[] {
  const texts = new Set(sends.map(({ text }) => text));
  const failed = dms.filter(({ status, text }) => status === 'failed' && texts.has(text ?? null));
  return failed.map(({ text, error }) => `${text?.slice(0, 60)} (${error?.kind})`);
}

/** Each send of unknown outcome, held against what Meta really did. */
function explain(
  { sends, dms }: Facts,
  overtaken: Set<StoredDm>,
): { findings: Finding[]; facts: Record<string, string | number> } {
  const texts = new Set(sends.map(({ text }) => text));
  const open = dms.filter(({ status }) => status === 'unconfirmed');
  const over = open.filter(({ next_attempt_at }) => !next_attempt_at);
  const sent = over.filter(({ text }) => texts.has(text ?? null));
  // Of a conversation that has moved on, Meta tells no details any more: “nobody knows” is the truth then.
  const reallySent = sent.filter(({ error }) => error?.kind !== 'no_answer');
  const failed = dms.filter((dm) => dm.status === 'failed' && !overtaken.has(dm));
  return {
    findings: [
      finding(
        'unconfirmed though Meta shows it',
        reallySent.map(({ text, error }) => `${text?.slice(0, 60)} (${error?.kind})`),
      ),
      finding(
        'failed',
        failed.map(({ text, error }) => `${text?.slice(0, 60)} (${error?.kind}: ${error?.message})`),
      ),
    ],
    facts: {
      unconfirmed: `${open.length} (${over.length - sent.length} never reached Meta, ${sent.length - reallySent.length} out of Meta's sight, ${open.length - over.length} still looked for)`,
    },
  };
}
