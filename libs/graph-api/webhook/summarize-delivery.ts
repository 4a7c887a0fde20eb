import { toId } from '../json.js';
import { readObjectName } from './decode-delivery.js';
import { isPayloadKey } from './event-registry.js';
import { identify } from './identify.js';
import type { JsonObject } from './read-values.js';
import { walkDelivery, type DeliveryVisitor, type ElementShape } from './walk-delivery.js';

export interface DeliverySummary {
  object: string | undefined;
  /** Elements of `messaging`, `standby`, `changes` and flat entries together. */
  events: number;
  /** Per entry, every id under which our account may be known. */
  accountIds: string[][];
  /** Every event comes from the dashboard's Test button. */
  isTest: boolean;
}

/**
 * What the door must know before it answers: how many events, and whose. Walks the same elements as `decodeDelivery`
 * without reading their content, at about a microsecond each. Never throws.
 */
export function summarizeDelivery(body: unknown): DeliverySummary {
  const counter = new DeliveryCounter();
  walkDelivery(body, isPayloadKey, counter);
  const { events, tests, accountIds } = counter;
  return { object: readObjectName(body), events, accountIds, isTest: events > 0 && tests === events };
}

class DeliveryCounter implements DeliveryVisitor {
  events = 0;
  tests = 0;
  readonly accountIds: string[][] = [];
  private entryId: string | undefined;
  private current: string[] = [];

  entry(entry: JsonObject | undefined): void {
    this.entryId = toId(entry?.id);
    this.current = [];
    this.accountIds.push(this.current);
  }

  element(_shape: ElementShape, _raw: unknown, event: unknown): void {
    this.events++;
    const { accountIds, isTest } = identify(event, this.entryId);
    if (isTest) this.tests++;
    for (const id of accountIds) if (!this.current.includes(id)) this.current.push(id);
  }
}
