import type { Happened } from '../people/stage.js';
import type { Delivery } from '../webhooks/delivery.js';

/** What happened on WhatsApp, where an id is the same for all. */
export function happened(mid: string | null, deliveries: Delivery[]): Happened {
  const delivered = Promise.all(deliveries.map(({ settled }) => settled));
  return { mid, mids: mid === null ? null : { instagram: mid, facebook: mid }, message: null, deliveries, delivered };
}
