import mongoose from 'mongoose';

/** Beside the errors of the network, by their names: mongoose has one of its own, and not all are exported. */
const awayErrors = new Set([
  ...['MongoServerSelectionError', 'MongooseServerSelectionError', 'MongoNotConnectedError'],
  ...['MongoWaitQueueTimeoutError', 'MongoPoolClosedError', 'MongoTopologyClosedError', 'MongoServerClosedError'],
  ...['MongoClientClosedError', 'MongoExpiredSessionError', 'MongoOperationTimeoutError'],
]);

/** Whether MongoDB could not be asked or did not answer: nothing is wrong with what it was asked. */
export function isMongoAway(thrown: unknown): boolean {
  return lostConnection(thrown) || (thrown instanceof Error && awayErrors.has(thrown.name));
}

/** Whether the connection broke before the answer came: nobody knows what became of the command. */
export function lostConnection(thrown: unknown): boolean {
  // A bulk write hides in this class whatever befell it; what MongoDB answered has a code of its own.
  if (failedAsWhole(thrown)) return typeof thrown.code !== 'number';
  return thrown instanceof mongoose.mongo.MongoNetworkError;
}

/** Whether MongoDB gave a read up because it took longer than it was allowed. */
export function tookTooLong(thrown: unknown): boolean {
  return thrown instanceof mongoose.mongo.MongoServerError && thrown.code === 50; // MaxTimeMSExpired
}

/** Whether a bulk write failed for a reason that none of its operations has given. */
export function failedAsWhole(thrown: unknown): thrown is mongoose.mongo.MongoBulkWriteError {
  return thrown instanceof mongoose.mongo.MongoBulkWriteError && [thrown.writeErrors].flat().length === 0;
}
