import { Inject, Injectable, Logger } from '@nestjs/common';
import { ChannelsService, type ChannelProfile } from '../../channels/index.js';
import { AppConfig } from '../../config/index.js';
import { REDIS, type RedisClient } from '../../redis/index.js';
import type { AccountSummary } from '../account-summary.js';
import { TokenVaultService } from '../token-vault.service.js';

const keptS = 3_600;

/** A person as Meta shows them to one account; every field may be missing, `name` is `"User"` when unknown. */
export interface Profile {
  igsid: string;
  name: string;
  username?: string;
  profile_pic?: string;
  follower_count?: number;
  is_verified_user?: boolean;
  is_user_follow_business?: boolean;
  is_business_follow_user?: boolean;
  /** From memory, at most an hour old. */
  cached: boolean;
}

/** Looks people up at their channel and remembers them for an hour, in Redis, where erasing can reach them. */
@Injectable()
export class ProfilesService {
  private readonly logger = new Logger(ProfilesService.name);

  constructor(
    private readonly vault: TokenVaultService,
    private readonly channels: ChannelsService,
    @Inject(REDIS) private readonly redis: RedisClient,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws {AccountNotUsableError} when the account has no usable token
   * @returns what is known without asking where the channel shows nobody
   * @throws when the channel refuses (before the person's consent, for strangers) or does not answer
   */
  async lookUp(account: Pick<AccountSummary, '_id'>, igsid: string): Promise<Profile> {
    const kept = await this.recall(account._id, igsid);
    if (kept) return profileOf(igsid, kept, true);
    const access = await this.vault.accessFor(account._id);
    const { people } = this.channels.get(access.channel);
    if (!people) return profileOf(igsid, { id: igsid }, false);
    const found = await people.profileOf(access, igsid);
    await this.remember(account._id, igsid, found);
    return profileOf(igsid, found, false);
  }

  /** Forgets a person: part of erasing them. */
  async forget(accountId: string, igsid: string): Promise<void> {
    await this.redis.del(this.keyOf(accountId, igsid));
  }

  private async recall(accountId: string, igsid: string): Promise<ChannelProfile | null> {
    try {
      const kept = await this.redis.get(this.keyOf(accountId, igsid));
      return kept === null ? null : (JSON.parse(kept) as ChannelProfile);
    } catch (error) {
      this.logger.debug({ msg: 'profile cache not readable, asking Meta', err: error });
      return null;
    }
  }

  private async remember(accountId: string, igsid: string, profile: ChannelProfile): Promise<void> {
    try {
      await this.redis.set(this.keyOf(accountId, igsid), JSON.stringify(profile), 'EX', keptS);
    } catch (error) {
      this.logger.debug({ msg: 'profile not cached', err: error });
    }
  }

  private keyOf(accountId: string, igsid: string): string {
    return `${this.config.REDIS_PREFIX}:profile:${accountId}:${igsid}`;
  }
}

function profileOf(igsid: string, found: ChannelProfile, cached: boolean): Profile {
  return {
    igsid,
    name: found.name ?? found.username ?? 'User',
    username: found.username,
    profile_pic: found.profilePic,
    follower_count: found.followerCount,
    is_verified_user: found.isVerified,
    is_user_follow_business: found.followsBusiness,
    is_business_follow_user: found.followedByBusiness,
    cached,
  };
}
