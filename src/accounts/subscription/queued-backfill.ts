/**
 * Part of the update that makes a backfill needed, so that no crash comes between the two. A job started for it is a
 * hint; a run that is under way finds its state changed and starts again, because what it has passed may have changed.
 */
export function queuedBackfill(now: Date): Record<string, unknown> {
  return {
    'backfill.state': 'queued',
    'backfill.saved_at': now,
    'backfill.conversations_done': 0,
    'backfill.messages_stored': 0,
  };
}
