import { createHash } from 'node:crypto';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

/** A trace and the span that it begins with, both known to whoever knows what the trace is about. */
export interface TraceIds {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  rootSpanId: string;
}

/**
 * A trace's ids are made of the id of what it is about: a delivery, or a DM that a person wrote. So every process and
 * job knows them without being told, nothing is stored or handed on for them, and who looks at a delivery finds its trace.
 */
export function traceIdsOf(subjectId: string): TraceIds {
  const digits = createHash('sha256').update(`trace of ${subjectId}`).digest('hex');
  return { traceId: digits.slice(0, 32), rootSpanId: digits.slice(32, 48) };
}

/** Gives a span the ids that it is to have; all others get random ones. */
export class GivenIdGenerator implements IdGenerator {
  private given?: TraceIds;

  /** Spans begun within `begin` have these ids. */
  during<T>(ids: TraceIds, begin: () => T): T {
    this.given = ids;
    try {
      return begin();
    } finally {
      this.given = undefined;
    }
  }

  readonly generateTraceId = (): string => this.given?.traceId ?? randomHex(16);
  readonly generateSpanId = (): string => this.given?.rootSpanId ?? randomHex(8);
}

/** Fast, and nobody's secret: an id of zeros alone would not be one. */
function randomHex(bytes: number): string {
  let digits = '';
  while (digits.length < bytes * 2)
    digits += Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return /^0+$/.test(digits) ? randomHex(bytes) : digits;
}
