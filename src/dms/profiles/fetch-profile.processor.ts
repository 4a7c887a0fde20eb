import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { classifyGraphFailure, isGraphError } from '#libs/graph-api';
import { AccountNotUsableError, ProfilesService, type Profile } from '../../accounts/index.js';
import { ConversationsRepository, type Conversation } from '../../conversations/index.js';
import { HandlesJob, JobQueueService, Scheduled, type JobPayloads } from '../../queue/index.js';
import { DmsRepository } from '../dms.repository.js';
import { StaleProfilesRepository } from './stale-profiles.repository.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Not sooner: the job of a new conversation is usually on its way. */
const lostAfterMs = 2 * minuteMs;
const givenUpAfterMs = 3 * dayMs;
const batch = 500;
/** Meta's addresses of pictures run out after some days. */
const refreshAfterMs = 3 * dayMs;
const sweepMs = 5 * minuteMs;

/** Fills in who a conversation is with, after the message was stored and never in its way, and keeps it up to date. */
@Injectable()
export class FetchProfileProcessor {
  private readonly logger = new Logger(FetchProfileProcessor.name);

  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly dms: DmsRepository,
    private readonly stale: StaleProfilesRepository,
    private readonly profiles: ProfilesService,
    private readonly queue: JobQueueService,
    private readonly clock: Clock,
  ) {}

  @HandlesJob('fetch-profile')
  async fetchProfile({ conversation_id: id }: JobPayloads['fetch-profile']): Promise<void> {
    const conversation = await this.conversations.getById(id);
    if (!conversation || this.isFresh(conversation)) return;
    const profile = await this.lookUp(conversation);
    if (!profile) return;
    await this.conversations.saveProfile(id, {
      name: profile.name === 'User' ? undefined : profile.name,
      username: profile.username,
      avatar: profile.profile_pic,
    });
    if (conversation.participant_avatar && !profile.profile_pic) await this.stale.dropPicture(id);
    // All of a conversation is looked at: not at every refresh of a name that is known.
    if (profile.name !== 'User' && profile.name !== conversation.participant_name)
      await this.dms.fillParticipantName(id, conversation.participant_id, profile.name);
  }

  /** Conversations whose job was lost, or came while Meta was away. */
  @Scheduled({ name: 'fetch-profiles', everyMs: sweepMs })
  async fetchMissing(): Promise<void> {
    await this.fetchAll(
      await this.conversations.findWithoutProfile(this.ago(givenUpAfterMs), this.ago(lostAfterMs), batch),
    );
  }

  /** Who writes again after some days. It looks back over three sweeps: one may come late, or find Meta in trouble. */
  @Scheduled({ name: 'refresh-profiles', everyMs: sweepMs })
  async refreshStale(): Promise<void> {
    await this.fetchAll(await this.stale.find(this.ago(refreshAfterMs), this.ago(3 * sweepMs), batch));
  }

  private async fetchAll(ids: string[]): Promise<void> {
    for (const id of ids) if (!(await this.queue.add('fetch-profile', { conversation_id: id }))) break;
  }

  private isFresh({ profile_fetched_at: at }: Conversation): boolean {
    return at !== undefined && at > this.ago(refreshAfterMs);
  }

  private ago(ms: number): Date {
    return new Date(this.clock.now() - ms);
  }

  /** @returns `null` when there is nobody to ask at present: the sweep asks again */
  private async lookUp(conversation: Conversation): Promise<Pick<Profile, 'name' | 'username' | 'profile_pic'> | null> {
    const { platform_account_id: accountId, participant_id: igsid } = conversation;
    try {
      return await this.profiles.lookUp({ _id: accountId }, igsid);
    } catch (error) {
      if (error instanceof AccountNotUsableError) return null;
      if (!isGraphError(error)) throw error;
      const { kind } = classifyGraphFailure(error);
      // Not consented (230) or not known to Meta: asking again at once would hear the same.
      if (kind === 'permission' || kind === 'bad_request' || kind === 'no_recipient') {
        this.logger.debug({ msg: 'profile not shown by Meta', conversation_id: conversation._id, err: error });
        return { name: 'User' };
      }
      // What is shown already is good enough for the moment: a refresh is not worth a retry, let alone a dead letter.
      if (kind === 'token_invalid' || conversation.profile_fetched_at) return null;
      throw error;
    }
  }
}
