import { Injectable, Logger } from '@nestjs/common';
import mongoose from 'mongoose';
import { Clock } from '#libs/clock';
import { GiveUp } from '#libs/group-commit';
import { GraphJsonError, parseJsonCut, type DeliverySummary } from '#libs/graph-api';
import { AccountDirectoryService } from '../accounts/index.js';
import { ChannelsService, type ChannelAdapter } from '../channels/index.js';
import { AppError, InvalidRequestError } from '../errors/index.js';
import { epochMs, metrics, telemetry } from '../observability/index.js';
import { DeadLettersRepository } from '../queue/index.js';
import type { NewDelivery } from '../deliveries/index.js';
import { IntakeService } from './intake.service.js';
import { ThrottledLog } from './throttled-log.js';
import { AccountNotConnectedError, IntakeTimeoutError, NotDurableError, OverloadedError } from './webhook.errors.js';

/** What Meta is told. */
export type WebhookResult =
  { success: true; processed: number } | { success: true; message: 'No messaging events' | 'Not an Instagram event' };

type Outcome =
  | 'accepted'
  | 'test'
  | 'empty'
  | 'ignored'
  | 'kept'
  | 'parked'
  | 'invalid'
  | 'unknown_account'
  | 'overloaded'
  | 'unavailable';

/** Meta calls a webhook slow after five seconds; a 503 in time is redelivered, a hanging request is a failure too. */
const deadlineMs = 2_400;

interface OpenRequest {
  /** When it came, in milliseconds since the epoch. */
  cameAt: number;
  text: string;
  giveUp: GiveUp;
}

/** What happens to a delivery whose signature is good, from its bytes to the answer. Nothing here calls Meta or OpenAI. */
@Injectable()
export class WebhookService {
  private readonly logger = new Logger(WebhookService.name);
  private readonly refusals = new ThrottledLog(this.logger);

  constructor(
    private readonly channels: ChannelsService,
    private readonly accounts: AccountDirectoryService,
    private readonly intake: IntakeService,
    private readonly deadLetters: DeadLettersRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * @param body the raw bytes, their signature checked
   * @throws {InvalidRequestError} not JSON, or not an object; {@link AccountNotConnectedError} nobody's here;
   * {@link OverloadedError}, {@link NotDurableError}, {@link IntakeTimeoutError} it could not be made durable in time
   */
  async receive(body: Buffer): Promise<WebhookResult> {
    const giveUp = new GiveUp();
    const timer = setTimeout(() => giveUp.now(new IntakeTimeoutError()), deadlineMs);
    try {
      const { outcome, answer } = await this.take({ cameAt: epochMs(), text: body.toString('utf8'), giveUp });
      metrics.webhookDeliveries.inc({ outcome });
      return answer;
    } catch (cause) {
      const error = cause instanceof AppError ? cause : new NotDurableError(cause);
      const outcome = outcomeOf(error);
      metrics.webhookDeliveries.inc({ outcome });
      if (outcome !== 'invalid') this.refusals.warn({ msg: 'deliveries were not taken', outcome, err: error });
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async take(visit: OpenRequest): Promise<{ outcome: Outcome; answer: WebhookResult }> {
    const { body, isCut } = parse(visit.text);
    const channel = this.channels.ofDelivery(body);
    if (!channel) return { outcome: 'ignored', answer: { success: true, message: 'Not an Instagram event' } };
    const summary = channel.webhook.summarize(body);
    const { events } = summary;
    // Too deep for us to see whose it is.
    if (isCut && summary.accountIds.flat().length === 0) return this.park(visit, 'too_deep');
    if (events === 0) return { outcome: 'empty', answer: { success: true, message: 'No messaging events' } };
    if (summary.accountIds.flat().length === 0) return this.park(visit, 'names_no_account');
    return this.store(visit, channel, summary);
  }

  private async store(visit: OpenRequest, channel: ChannelAdapter, { events, accountIds, isTest }: DeliverySummary) {
    const ids = [...new Set(accountIds.flat())];
    const found = await unlessGivenUp(this.accounts.findByChannelIds(channel.channel, ids), visit.giveUp);
    const known = [...new Set([...found.values()].map(({ _id }) => _id))];
    const isKept = isTest || channel.capabilities.unknownAccount === 'keep';
    if (known.length === 0 && !isKept) throw new AccountNotConnectedError();
    const state = known.length === 0 ? 'stored' : 'received';
    const unknownIds = isTest
      ? []
      : unknownOf(accountIds, found).map((id) => this.channels.qualify(channel.channel, id));
    const delivery = this.newDelivery(visit.text, { events, accountIds: known, unknownIds, state });
    await this.intake.store(delivery, visit.giveUp);
    telemetry.record({
      name: 'receive delivery',
      subjectId: delivery.id,
      isFirst: true,
      kind: 'server',
      startedAt: visit.cameAt,
      attributes: { 'dm.channel': channel.channel, 'dm.events': events, 'dm.accounts': known.length },
    });
    const outcome: Outcome = isTest ? 'test' : known.length === 0 ? 'kept' : 'accepted';
    return { outcome, answer: { success: true as const, processed: events } };
  }

  /** Meta would redeliver a refused body for 36 hours; kept aside, a person can look at it. */
  private async park(visit: OpenRequest, reason: string) {
    const delivery = this.newDelivery(visit.text, { events: 0, accountIds: [], state: 'parked', error: reason });
    await this.intake.store(delivery, visit.giveUp);
    this.logger.warn({ msg: 'a delivery could not be understood and is parked', delivery_id: delivery.id, reason });
    await this.deadLetters.record({
      kind: 'delivery',
      subject: 'webhook',
      reason,
      payload: { delivery_id: delivery.id },
    });
    return { outcome: 'parked' as const, answer: { success: true as const, processed: 0 } };
  }

  private newDelivery(payload: string, rest: Omit<NewDelivery, 'id' | 'payload' | 'receivedAt'>): NewDelivery {
    const receivedAt = this.clock.date();
    return { id: new mongoose.Types.ObjectId().toHexString(), payload, receivedAt, ...rest };
  }
}

function parse(text: string): { body: unknown; isCut: boolean } {
  let parsed: { body: unknown; isCut: boolean };
  try {
    parsed = parseJsonCut(text);
  } catch (error) {
    if (!(error instanceof GraphJsonError)) throw error;
    throw notAnObject(error);
  }
  const { body } = parsed;
  // A list of deliveries is taken, though only single ones are documented.
  const items: unknown[] = Array.isArray(body) ? body : [body];
  if (!items.some((item) => typeof item === 'object' && item !== null)) throw notAnObject();
  return parsed;
}

/** The ids of entries that belong to nobody here: any of an entry's own may be the account's. */
function unknownOf(entries: string[][], found: ReadonlyMap<string, unknown>): string[] {
  return [...new Set(entries.filter((ids) => !ids.some((id) => found.has(id))).flat())];
}

function notAnObject(cause?: unknown): InvalidRequestError {
  return new InvalidRequestError('The body is not a JSON object.', [{ field: 'body', expected: 'a JSON object' }], {
    cause,
  });
}

function unlessGivenUp<T>(work: Promise<T>, giveUp: GiveUp): Promise<T> {
  return new Promise((resolve, reject) => {
    giveUp.onGivenUp(reject);
    work.then(resolve, reject);
  });
}

function outcomeOf(error: AppError): Outcome {
  if (error instanceof AccountNotConnectedError) return 'unknown_account';
  if (error instanceof OverloadedError) return 'overloaded';
  return error.status < 500 ? 'invalid' : 'unavailable';
}
