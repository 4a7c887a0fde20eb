export {
  expireSession,
  pastedToken,
  resumeSession,
  session,
  signInWithPassword,
  signOut,
  takeToken,
  type Me,
  type Session,
} from './session.js';
