import { plainPage } from '../../http/index.js';
import type { Erasure } from './erasures.repository.js';
import type { DataDeletionStatus, ErasureView } from './privacy.dto.js';

const sentences: Record<DataDeletionStatus['state'], string> = {
  queued: 'Your request was received. Your data will be deleted shortly.',
  running: 'Your data is being deleted. This page shows when it is done.',
  done: 'Your data was deleted. Only this receipt is kept, and it does not say who you are.',
};

const names: Record<string, string> = {
  dms: 'Messages',
  conversations: 'Conversations',
  deliveries: 'Raw deliveries',
  media: 'Media files',
  accounts: 'Accounts',
};

/** What may be told about an erasure; one that failed is tried again, so to the person it is still running. */
export function statusOf(erasure: Erasure): DataDeletionStatus {
  return {
    confirmation_code: erasure.code,
    state: erasure.state === 'failed' ? 'running' : erasure.state,
    requested_at: erasure.requested_at,
    ...(erasure.completed_at ? { completed_at: erasure.completed_at } : {}),
    removed: { ...erasure.counts },
  };
}

/** The same for who asked over the API. */
export function erasureView(erasure: Erasure): ErasureView {
  const { confirmation_code: _code, ...status } = statusOf(erasure);
  return { id: erasure._id, kind: erasure.kind, ...status };
}

export function statusPage(status: DataDeletionStatus): string {
  const removed = Object.entries(status.removed).map(([part, n]): [string, string] => [names[part] ?? part, String(n)]);
  return plainPage({
    title: 'Deletion of your data',
    text: sentences[status.state],
    rows: [
      ['Confirmation code', status.confirmation_code],
      ['Requested', status.requested_at.toUTCString()],
      ...(status.completed_at ? ([['Completed', status.completed_at.toUTCString()]] as [string, string][]) : []),
      ...removed,
    ],
  });
}

/** Browsers name text/html first; programs ask for JSON or say nothing. */
export function answersWithPage(accept: string | undefined): boolean {
  return accept?.includes('text/html') === true;
}
