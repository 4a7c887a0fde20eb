import { hash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { GuessedTokenError } from '../auth.errors.js';
import type { Identity } from '../identity.service.js';
import { ApiKeysRepository, type StoredApiKey } from './api-keys.repository.js';

/** How exactly it is known when a key was last used; each note is a write. */
const noteEveryMs = 5 * 60_000;
/** What stays open longer than a request, a live stream, asks again after that. */
const believedForS = 15 * 60;

/** Recognisable by scanners for secrets, and told from a JWT by having no dot. */
const start = 'dmk_';
const pattern = /^dmk_[\w-]{43}$/;

export function isApiKey(text: string): boolean {
  return pattern.test(text);
}

/** @returns a key, and what of it is kept */
export function newApiKey(): { key: string; key_hash: string; ends_with: string } {
  const key = `${start}${randomBytes(32).toString('base64url')}`;
  return { key, key_hash: hashOf(key), ends_with: key.slice(-4) };
}

/** Finds out whose an API key is. */
@Injectable()
export class ApiKeyCheckService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws {GuessedTokenError} nobody's, revoked or expired: always the same sentence */
  async verify(key: string): Promise<Identity> {
    const now = this.clock.date();
    const found = await this.keys.findLive(hashOf(key), now);
    if (!found) throw new GuessedTokenError('The API key is revoked, expired or not valid.');
    await this.noteUse(found, now);
    const { _id: id, tenant_id: tenant, role, expires_at: end } = found;
    const believedUntilS = Math.floor(now.getTime() / 1000) + believedForS;
    return {
      principal: { tenant, actor: `api-key:${id}`, role, via: 'api_key' },
      expiresAtS: end ? Math.min(believedUntilS, Math.floor(end.getTime() / 1000)) : believedUntilS,
    };
  }

  private async noteUse({ _id, used_at: usedAt }: StoredApiKey, now: Date): Promise<void> {
    if (usedAt && now.getTime() - usedAt.getTime() < noteEveryMs) return;
    await this.keys.noteUse(_id, now);
  }
}

const hashOf = (key: string): string => hash('sha256', key, 'hex');
