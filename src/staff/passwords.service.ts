import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { UnavailableError } from '../errors/index.js';

/** As OWASP asks of scrypt: 32 MiB and about a tenth of a second each. */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyBytes = 32;
/** Each takes a thread of the pool that files and DNS share; more of them wait here. */
const atOnce = 2;
const waiting = 30;

/** Stored passwords: `scrypt$N$r$p$salt$key`, so that a later cost can stand beside this one. */
@Injectable()
export class PasswordsService {
  private readonly gate = bulkhead(atOnce, waiting);
  /** Nobody's: what an unknown address is compared with, for as long as a known one. */
  private readonly nobodys = [cost.N, cost.r, cost.p, randomBytes(16).toString('base64url'), 'A'.repeat(43)];

  async hash(password: string): Promise<string> {
    const salt = randomBytes(16);
    const key = await this.derive(password, salt, cost);
    return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
  }

  /**
   * Takes as long whether there is such a person or not.
   * @param stored `undefined` where there is nobody
   */
  async isRight(password: string, stored: string | undefined): Promise<boolean> {
    const [, n, r, p, salt = '', key = ''] = (stored ?? ['scrypt', ...this.nobodys].join('$')).split('$');
    const derived = await this.derive(password, Buffer.from(salt, 'base64url'), {
      N: Number(n),
      r: Number(r),
      p: Number(p),
    });
    const wanted = Buffer.from(key, 'base64url');
    return wanted.length === derived.length && timingSafeEqual(derived, wanted) && stored !== undefined;
  }

  /** @throws {UnavailableError} too many wait already */
  private async derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
    const run = () =>
      new Promise<Buffer>((resolve, reject) => {
        const done = (error: Error | null, key: Buffer) => (error ? reject(error) : resolve(key));
        scrypt(password.normalize('NFKC'), salt, keyBytes, { ...options, maxmem: 64 * 1024 * 1024 }, done);
      });
    try {
      return await this.gate.execute(run);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new UnavailableError('Too many people sign in at once. Try again.', { cause: error, retryAfterS: 2 });
    }
  }
}
