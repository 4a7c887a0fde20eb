import { isMongoAway } from '../../errors/index.js';

/** The store is away or busy: the whole job is tried again, nothing is set aside. */
export function isTransient(error: unknown): boolean {
  const { hasErrorLabel } = error as { hasErrorLabel?: (label: string) => boolean };
  const isLabelled = ['TransientTransactionError', 'UnknownTransactionCommitResult'].some((label) =>
    hasErrorLabel?.call(error, label),
  );
  return isLabelled || isMongoAway(error);
}
