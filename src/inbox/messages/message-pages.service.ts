import { Injectable } from '@nestjs/common';
import { DmsRepository, isVisible, type Dm } from '../../dms/index.js';
import { InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { cursorOf, pageOf, readCursor } from '../../paging/index.js';
import type { ListMessagesQuery, SearchMessagesQuery } from './messages.dto.js';

/** Messages of a conversation, oldest first. */
export interface ReadPage {
  messages: Dm[];
  /** To what is older. */
  next_cursor: string | null;
  has_newer: boolean;
}

type Place = { timestamp: number; id: string };

/** Where a page of a conversation begins: at its end, behind a cursor, or beside a message. */
@Injectable()
export class MessagePagesService {
  constructor(private readonly dms: DmsRepository) {}

  /**
   * Reads whosesoever conversation it is: show it to nobody before that is known.
   * @throws {InvalidRequestError | NotFoundError}
   */
  async read(conversationId: string, query: ListMessagesQuery): Promise<ReadPage> {
    const { cursor, before, after, around, limit } = query;
    const given = Object.entries({ cursor, before, after, around }).filter(([, value]) => value !== undefined);
    if (given.length > 1) {
      const [field = 'cursor'] = given[1] ?? [];
      throw new InvalidRequestError(`${field}: expected one place to read from`, [
        { field, expected: 'one of cursor, before, after and around' },
      ]);
    }
    if (after !== undefined) return this.after(conversationId, await this.placeOf(conversationId, after), limit);
    if (around !== undefined) return this.around(conversationId, around, limit);
    const place =
      before !== undefined
        ? await this.placeOf(conversationId, before)
        : cursor === undefined
          ? undefined
          : placeAt(cursor);
    return this.before(conversationId, place, limit);
  }

  /** What is found is told the newest first. @throws {InvalidRequestError} */
  async search(conversationId: string, { q, cursor, limit }: SearchMessagesQuery) {
    const before = cursor === undefined ? {} : { before: placeAt(cursor) };
    const found = await this.dms.history(conversationId, { ...before, text: q.trim(), limit: limit + 1 });
    return pageOf(found, limit, cursorTo);
  }

  private async before(conversationId: string, place: Place | undefined, limit: number): Promise<ReadPage> {
    const found = await this.dms.history(conversationId, { ...(place ? { before: place } : {}), limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, cursorTo);
    return { messages: data.reverse(), next_cursor, has_newer: place !== undefined };
  }

  private async after(conversationId: string, place: Place, limit: number): Promise<ReadPage> {
    const found = await this.dms.history(conversationId, { after: place, limit: limit + 1 });
    const messages = found.slice(0, limit);
    const [oldest] = messages;
    return { messages, next_cursor: oldest ? cursorTo(oldest) : cursorAt(place), has_newer: found.length > limit };
  }

  /** Half of the page is older than the message, which counts to that half. */
  private async around(conversationId: string, id: string, limit: number): Promise<ReadPage> {
    const dm = await this.find(conversationId, id);
    const place = { timestamp: dm.timestamp, id: dm._id };
    const newer = Math.floor((limit - 1) / 2);
    const olderCount = limit - 1 - newer;
    const [older, later] = await Promise.all([
      olderCount > 0 ? this.before(conversationId, place, olderCount) : { messages: [], next_cursor: cursorAt(place) },
      this.dms.history(conversationId, { after: place, limit: newer + 1 }),
    ]);
    const messages = [...older.messages, dm, ...later.slice(0, newer)];
    return { messages, next_cursor: older.next_cursor, has_newer: later.length > newer };
  }

  private async placeOf(conversationId: string, id: string): Promise<Place> {
    const { timestamp, _id } = await this.find(conversationId, id);
    return { timestamp, id: _id };
  }

  private async find(conversationId: string, id: string): Promise<Dm> {
    const dm = await this.dms.findIn(conversationId, id);
    if (!dm || !isVisible(dm)) throw new NotFoundError('There is no such message in this conversation.');
    return dm;
  }
}

function placeAt(cursor: string): Place {
  const { at, id } = readCursor(cursor);
  return { timestamp: at.getTime(), id };
}

const cursorTo = ({ timestamp, _id }: Dm): string => cursorAt({ timestamp, id: _id });
const cursorAt = ({ timestamp, id }: Place): string => cursorOf({ at: new Date(timestamp), id });
