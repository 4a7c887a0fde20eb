import { useObservable } from '../ui/observable.js';
import { reaches, session } from './session.js';

/** Whether who is at the page may do what a role is needed for. The server decides; this decides what is offered. */
export function useMay(needed: 'operator' | 'owner' | 'admin'): boolean {
  const now = useObservable(session);
  return now.state === 'in' && reaches(now.me.role, needed);
}
