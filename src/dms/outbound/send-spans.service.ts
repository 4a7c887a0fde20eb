import { Injectable, Logger } from '@nestjs/common';
import { epochMs, telemetry } from '../../observability/index.js';
import type { DmRecord } from '../dm.schema.js';
import type { CallOutcome } from './call-outcome.js';
import { OutboundRepository } from './outbound.repository.js';

/** Tells traces of calls to the channel. A reply of the agent stands in the trace of the delivery that it answers. */
@Injectable()
export class SendSpansService {
  private readonly logger = new Logger(SendSpansService.name);

  constructor(private readonly outbound: OutboundRepository) {}

  /** @param outcome missing: the call was not made. Nobody waits for what this looks up */
  record(dm: DmRecord, startedAt: number, outcome?: CallOutcome): void {
    if (!telemetry.isOn) return;
    const endedAt = epochMs();
    const attributes = {
      'dm.id': String(dm._id),
      'dm.channel': dm.platform,
      'dm.account_id': dm.platform_account_id,
      'dm.source': dm.source,
      'dm.attempt': dm.attempts ?? 1,
      'dm.outcome': outcome?.kind ?? 'not_made',
    };
    const error = outcome === undefined || outcome.kind === 'sent' ? undefined : outcome.error.kind;
    const work = { name: 'send', kind: 'client', startedAt, endedAt, attributes, error } as const;
    this.subjectOf(dm).then(
      (subject) => telemetry.record({ ...work, ...subject }),
      (cause: unknown) => this.logger.debug({ msg: 'the trace of a send could not be found', err: cause }),
    );
  }

  /** What a person or a program wrote begins a trace with its first call; later calls stand beneath that. */
  private async subjectOf(dm: DmRecord): Promise<{ subjectId: string; isFirst: boolean }> {
    const [, answeredId] = /^agent:([0-9a-f]{24}):/.exec(dm.send_key ?? '') ?? [];
    const answered = answeredId === undefined ? null : await this.outbound.find(answeredId);
    const deliveryId = answered?.delivery_ids[0];
    if (deliveryId !== undefined) return { subjectId: String(deliveryId), isFirst: false };
    return { subjectId: String(dm._id), isFirst: (dm.attempts ?? 1) === 1 };
  }
}
