import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { Principal } from '../../auth/index.js';
import { AppConfig } from '../../config/index.js';
import type { AccountLogin } from '../account.schema.js';
import { OAuthRefusedError } from './oauth.errors.js';
import { OAuthStatesRepository } from './oauth-states.repository.js';

export const stateLivesMs = 10 * 60_000;

/** Who asked. */
export type OAuthAsker = Pick<Principal, 'actor' | 'role'>;

export interface OAuthAsked {
  userId: string;
  by: OAuthAsker;
}

export interface NewState {
  /** For the URL. */
  state: string;
  /** For the browser's cookie. */
  browserKey: string;
  expiresAt: Date;
}

/**
 * The `state` that travels through Meta's dialog: signed, good once, for ten minutes, for the tenant who asked, and in
 * the browser that asked. Without the last, somebody could send their own link to a victim, whose account would then
 * be connected to the sender's tenant.
 */
@Injectable()
export class OAuthStatesService {
  private readonly key: Buffer;

  constructor(
    private readonly repository: OAuthStatesRepository,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.key = config.JWT_SECRET.deriveKey('oauth state v1');
  }

  /** @param browserKey the browser's, when it has one from an attempt before */
  async create(login: AccountLogin, userId: string, by: OAuthAsker, browserKey?: string): Promise<NewState> {
    const nonce = randomBytes(24).toString('base64url');
    const key = browserKey ?? randomBytes(24).toString('base64url');
    const now = this.clock.now();
    const expiresAt = new Date(now + stateLivesMs);
    await this.repository.insert({
      _id: sha256(nonce),
      login,
      user_id: userId,
      actor: by,
      browser_hash: sha256(key),
      expires_at: expiresAt,
      created_at: new Date(now),
    });
    return { state: `${nonce}.${this.sign(nonce, login)}`, browserKey: key, expiresAt };
  }

  /**
   * Uses a state up.
   * @returns the tenant it was made for, and who asked
   * @throws {OAuthRefusedError} saying in a sentence what is wrong with it
   */
  async redeem(login: AccountLogin, state: string | undefined, browserKey: string | undefined): Promise<OAuthAsked> {
    const [nonce = '', signature = ''] = (state ?? '').split('.');
    if (!equal(signature, this.sign(nonce, login))) throw new OAuthRefusedError('state_invalid');
    const id = sha256(nonce);
    const known = await this.repository.find(id);
    if (!known || known.login !== login) throw new OAuthRefusedError('state_invalid');
    if (browserKey === undefined || !equal(sha256(browserKey), known.browser_hash)) {
      throw new OAuthRefusedError('state_of_another_browser');
    }
    const claimed = await this.repository.claim(id, this.clock.date());
    if (claimed) {
      const { user_id: userId, actor = { actor: userId, role: 'owner' } } = claimed;
      return { userId, by: { actor: actor.actor, role: actor.role } };
    }
    throw new OAuthRefusedError(known.expires_at <= this.clock.date() ? 'state_expired' : 'state_used');
  }

  private sign(nonce: string, login: AccountLogin): string {
    return createHmac('sha256', this.key).update(`${login}\n${nonce}`).digest('base64url');
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
