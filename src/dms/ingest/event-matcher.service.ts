import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import { participantOf, type DecodedDelivery, type StatusEvent, type WebhookEvent } from '#libs/graph-api';
import { Clock } from '#libs/clock';
import { AccountDirectoryService, ownIds, type AccountSummary, type AgentSettings } from '../../accounts/index.js';
import { ChannelsService, type Channel } from '../../channels/index.js';
import { AppConfig } from '../../config/index.js';
import { conversationIdOf } from '../../conversations/index.js';
import { eventKinds } from '../../kinds/index.js';
import { DmsRepository } from '../dms.repository.js';
import { dmIdOfHandle } from '../outbound/send-handle.js';
import type { NewHint } from '../hints/message-hints.repository.js';
import type { IngestItem } from './ingest-batch.js';
import { marketingWishOf } from './marketing-wish.js';
import { dmKeyOf, partyOf } from './reduce-dm.js';

/** Where a delivery came from. */
export interface DeliveryOrigin {
  channel: Channel;
  deliveryId: string;
  /** `accounts._id` of those it was taken for; found by the events' ids when left out. */
  accountIds?: readonly string[];
}

export interface MatchedDelivery {
  channel: Channel;
  items: IngestItem[];
  accounts: AccountSummary[];
  /** Events nobody here can place (unknown kind without a mid, no parties): they stay in the delivery log. */
  unplaced: WebhookEvent[];
  /** Messages that such an event speaks of. */
  hints: NewHint[];
}

export type SettingsOf = (account: AccountSummary) => Promise<AgentSettings>;

/** Finds the account and conversation of each event. */
@Injectable()
export class EventMatcherService {
  private readonly ownAppIds: ReadonlySet<string>;

  constructor(
    private readonly channels: ChannelsService,
    private readonly directory: AccountDirectoryService,
    private readonly dms: DmsRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {
    this.ownAppIds = new Set([config.INSTAGRAM_CLIENT_ID, config.META_APP_ID].filter((id) => id !== undefined));
  }

  /** Begins to ask for what {@link match} will want. */
  foresee(accountIds: Iterable<string>, settingsOf: SettingsOf): void {
    for (const id of accountIds)
      this.directory
        .get(id)
        .then((account) => account && settingsOf(account))
        .catch(() => undefined); // whoever needs it asks again
  }

  /**
   * @param among the accounts, by our ids, that the delivery was found to be for when it came. Whoever holds such an
   * account now may be another tenant, who has no right to what was written before. Empty: nobody has looked yet
   */
  async match(
    delivery: DecodedDelivery,
    { channel, deliveryId, accountIds = [] }: DeliveryOrigin,
    settingsOf: SettingsOf,
  ): Promise<MatchedDelivery> {
    const events = delivery.entries.flatMap((entry) => entry.events).filter((event) => !event.isTest);
    const known = await this.accountsOf(events, channel, accountIds);
    const matched: MatchedDelivery = {
      ...{ channel, items: [], unplaced: [], hints: [] },
      accounts: [...new Set(known.values())],
    };
    const ours = await this.statusesOfOurs(events, known);
    const settings = new Map<string, AgentSettings>();
    for (const account of matched.accounts) settings.set(account._id, await settingsOf(account));
    for (const event of events) {
      const account = event.accountIds.map((id) => known.get(id)).find((found) => found !== undefined);
      // An account that is not connected (yet) leaves its events in the delivery log; connecting opens them again.
      const agent = account && settings.get(account._id);
      if (!agent) continue;
      // What was said before the account was connected here is no news: it stays in the delivery log.
      // Other apps may send for the account, too: what is told of theirs must not begin a conversation here.
      if (event.isHistory || (event.kind === 'status' && !ours.has(event))) {
        matched.unplaced.push(event);
        continue;
      }
      const named = underExternalId(event, account);
      const item =
        this.itemOf(named, account, agent, { deliveryId }) ??
        (await this.byMid(named, matched, account, agent, deliveryId));
      if (item) matched.items.push(item);
      else matched.unplaced.push(event);
      const hint = item ? undefined : hintOf(event, account, deliveryId);
      if (hint) matched.hints.push(hint);
    }
    return matched;
  }

  /** By the channel's ids. */
  private async accountsOf(
    events: WebhookEvent[],
    channel: Channel,
    among: readonly string[],
  ): Promise<ReadonlyMap<string, AccountSummary>> {
    const ids = new Set(events.flatMap((event) => event.accountIds));
    if (among.length === 0) return this.directory.findByChannelIds(channel, [...ids]);
    const accounts = await Promise.all(among.map((id) => this.directory.get(id)));
    return new Map(
      accounts.flatMap((account) =>
        account?.channel === channel
          ? [...ownIds(account)].flatMap((id) => (ids.has(id) ? [[id, account] as const] : []))
          : [],
      ),
    );
  }

  /** Those that give back a handle of ours, or whose message is stored, or stands beside them in the delivery. */
  private async statusesOfOurs(
    events: WebhookEvent[],
    known: ReadonlyMap<string, AccountSummary>,
  ): Promise<ReadonlySet<StatusEvent>> {
    const ours = new Set<StatusEvent>();
    const unclear = new Map<string, StatusEvent[]>();
    const beside = new Set(events.flatMap((event) => (event.kind === 'message' ? [event.mid] : [])));
    for (const event of events) {
      if (event.kind !== 'status') continue;
      const account = event.accountIds.map((id) => known.get(id)).find((found) => found !== undefined);
      if (!account) continue;
      if (dmIdOfHandle(event.sendHandle ?? '') !== undefined || beside.has(event.mid)) ours.add(event);
      else unclear.set(account._id, [...(unclear.get(account._id) ?? []), event]);
    }
    for (const [accountId, statuses] of unclear) {
      const mids = [...new Set(statuses.map(({ mid }) => mid))];
      const stored = await this.dms.storedAmong(accountId, mids);
      for (const status of statuses) if (stored.has(status.mid)) ours.add(status);
    }
    return ours;
  }

  /** An event that names nobody belongs to the conversation of the message that it speaks of. */
  private async byMid(
    event: WebhookEvent,
    { items }: MatchedDelivery,
    account: AccountSummary,
    agent: AgentSettings,
    deliveryId: string,
  ): Promise<IngestItem | undefined> {
    const mid = dmKeyOf(event);
    if (mid === undefined || event.senderId !== undefined || event.recipientId !== undefined) return undefined;
    const beside = items.find(
      (one) => one.context.account._id === account._id && one.event.kind === 'message' && one.event.mid === mid,
    );
    const dm = beside ? undefined : await this.dms.findByMid(account._id, mid);
    const stored = dm?.direction === 'outbound' ? dm.recipient_id : dm?.sender_id;
    const participantId = beside?.context.participantId ?? stored;
    return participantId === undefined ? undefined : this.itemOf(event, account, agent, { deliveryId, participantId });
  }

  /** @param known the participant, where the event does not name them */
  itemOf(
    event: WebhookEvent,
    account: AccountSummary,
    agent: AgentSettings,
    known: { deliveryId?: string; participantId?: string } = {},
  ): IngestItem | undefined {
    const own = ownIds(account);
    const participantId =
      participantOf(event, own) ?? known.participantId ?? (event.isSelf ? account.external_id : undefined);
    const place = eventKinds[event.kind].place;
    const isPlaceable = dmKeyOf(event) !== undefined || place === 'conversation' || place === 'account';
    if (!isPlaceable || (place !== 'account' && participantId === undefined)) return undefined;
    const participant = participantId ?? 'unknown';
    const { optOuts } = this.channels.get(account.channel).capabilities;
    return {
      event,
      ...(optOuts ? { marketing: marketingWishOf(event, own) } : {}),
      quietMs: agent.quiet_ms,
      pauseAfterHumanMs: agent.pause_after_human_minutes * 60_000,
      ownAppIds: this.ownAppIds,
      automaticTexts: agent.automatic_texts,
      context: {
        account: partyOf(account),
        ownIds: own,
        conversationId: conversationIdOf(account._id, participant),
        participantId: participant,
        ...(event.personName === undefined ? {} : { participantName: event.personName }),
        source: 'webhook',
        ...(known.deliveryId ? { deliveryId: new Types.ObjectId(known.deliveryId) } : {}),
        keepMedia: account.keep_media,
        readsOneByOne: this.channels.get(account.channel).capabilities.receipts === 'status',
        agentOff: this.agentOff(agent),
        now: this.clock.date(),
      },
    };
  }

  /** Most accounts answer by hand: their messages must not cost the agent a job each. */
  private agentOff({ enabled }: AgentSettings): string | undefined {
    if (!this.config.AGENT_ENABLED) return 'agent_disabled';
    return enabled ? undefined : 'account_agent_off';
  }
}

function hintOf(event: WebhookEvent, account: AccountSummary, deliveryId: string): NewHint | undefined {
  const { kind } = event;
  if ((kind !== 'edit' && kind !== 'reaction' && kind !== 'read') || event.mid === undefined) return undefined;
  // Numbered 0 it says nothing of the message but that there is one.
  const says = kind !== 'edit' || event.numEdit !== 0;
  return { platformAccountId: account._id, mid: event.mid, about: 'message', ...(says ? { deliveryId } : {}) };
}

/** A delivery may name the account by its Page; stored is the id that all others carry. */
function underExternalId<E extends WebhookEvent>(
  event: E,
  { page_id: page, external_id: externalId }: AccountSummary,
): E {
  if (page === undefined || (event.senderId !== page && event.recipientId !== page)) return event;
  const named = (id: string | undefined): string | undefined => (id === page ? externalId : id);
  return { ...event, senderId: named(event.senderId), recipientId: named(event.recipientId) };
}
