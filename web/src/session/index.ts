export {
  expireSession,
  pastedToken,
  reaches,
  resumeSession,
  session,
  signInWithPassword,
  signOut,
  takeToken,
  type Me,
  type Session,
} from './session.js';
export { useMay } from './use-may.js';
