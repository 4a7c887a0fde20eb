export { GiveUp } from './give-up.js';
export { GroupCommit, QueueFullError, type GroupCommitOptions } from './group-commit.js';
