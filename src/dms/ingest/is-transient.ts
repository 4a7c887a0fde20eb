/** The store is away or busy: the whole job is tried again, nothing is set aside. */
export function isTransient(error: unknown): boolean {
  const labelled = error as { hasErrorLabel?: (label: string) => boolean; name?: string };
  return (
    labelled.hasErrorLabel?.('TransientTransactionError') === true ||
    labelled.hasErrorLabel?.('UnknownTransactionCommitResult') === true ||
    /^(Mongo(Server|oseServer)Selection|MongoNetwork|MongoNotConnected|MongoPool|MongoWaitQueue|MongoTopology|MongoExpired|MongoClientClosed)/.test(
      labelled.name ?? '',
    )
  );
}
