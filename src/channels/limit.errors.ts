import { InvalidRequestError } from '../errors/index.js';
import type { Channel } from './channel.port.js';

/** The account's channel has no such thing; `details` names the field and the channel. */
export class NotOnChannelError extends InvalidRequestError {
  constructor(field: string, channel: Channel, takes: string) {
    super(`${field}: ${channel} takes ${takes}`, [{ field, expected: takes, channel }]);
  }
}

/** What a channel takes at most, and what was asked of it. */
export interface Excess {
  limit: number;
  /** What is counted. */
  unit: string;
  has: number;
}

/** More than the account's channel takes; `details` names the field, the channel, its limit and what that counts. */
export class BeyondLimitError extends InvalidRequestError {
  constructor(field: string, channel: Channel, { limit, unit, has }: Excess) {
    const expected = `at most ${limit} ${unit}`;
    super(`${field}: ${channel} takes ${expected}, these are ${has}`, [{ field, expected, channel, limit, unit }]);
  }
}
