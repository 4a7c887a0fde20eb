import type { AgentSettings } from '../../accounts/index.js';
import { localTime } from '../context/local-time.js';
import { peopleAt, shopAt, type Availability } from './availability.js';

/** What the agent is told of now: the time, whether the shop is open and somebody there, and until or from when. */
export function clockBlock(now: Date, settings: AgentSettings): string {
  return [
    `It is now ${localTime(now, settings.timezone)}.`,
    told('The shop is', 'open', shopAt(now, settings)),
    told('Somebody who can take over is', 'there', peopleAt(now, settings)),
  ]
    .filter((line) => line !== undefined)
    .join('\n');
}

function told(what: string, state: string, availability: Availability | undefined): string | undefined {
  if (!availability) return undefined;
  const { open, timezone } = availability;
  const at = open ? availability.until : availability.next;
  const until = at ? localTime(at, timezone) : undefined;
  if (open) return `${what} ${state} now${until ? `, until ${until}` : ''}.`;
  return `${what} not ${state} now${until ? `; next from ${until}` : ''}.`;
}
