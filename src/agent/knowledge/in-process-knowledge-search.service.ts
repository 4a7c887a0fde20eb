import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { KnowledgeIndex, tokensOfPassage, type Found, type KnowledgePassage } from './knowledge-index.js';
import { KnowledgeSearchPort, type KnowledgeQuestion } from './knowledge-search.port.js';
import { KnowledgeRepository } from './knowledge.repository.js';

/** What all indexes of a process may take in memory. */
const maxBytes = 64 * 1024 * 1024;

/** Searches in memory. What it holds of an account is as new as the account's revision, asked each time. */
@Injectable()
export class InProcessKnowledgeSearchService extends KnowledgeSearchPort {
  private readonly indexes = new LRUCache<string, KnowledgeIndex>({ maxSize: maxBytes, sizeCalculation: sizeOf });

  constructor(private readonly knowledge: KnowledgeRepository) {
    super();
  }

  async whole(accountId: string, day: string, maxTokens: number): Promise<KnowledgePassage[] | null> {
    const index = await this.indexOf(accountId);
    const passages = index?.inForce(day) ?? [];
    const tokens = passages.reduce((sum, passage) => sum + tokensOfPassage(passage), 0);
    return tokens <= maxTokens ? passages : null;
  }

  async find({ accountId, day, queries, count }: KnowledgeQuestion): Promise<Found[]> {
    return (await this.indexOf(accountId))?.find(queries, day, count) ?? [];
  }

  private async indexOf(accountId: string): Promise<KnowledgeIndex | undefined> {
    // Read before the documents: what changes in between makes the index look old, not new.
    const revision = await this.knowledge.revisionOf(accountId);
    if (revision === 0) return undefined;
    const known = this.indexes.get(accountId);
    if (known?.revision === revision) return known;
    const documents = await this.knowledge.approved(accountId);
    const passages = documents.flatMap(({ _id, passages: pieces, revision: of, ...document }) => {
      const { kind, title, question, language, valid_from, valid_until } = document;
      const about = { kind, title: question ?? title, language, valid_from, valid_until, document_id: _id };
      return pieces.map((piece, place): KnowledgePassage => ({ ...about, ...piece, id: idOf(_id, of, place) }));
    });
    const index = new KnowledgeIndex(revision, passages);
    this.indexes.set(accountId, index);
    return index;
  }
}

/** Short, for it costs tokens; the end of an id tells the documents of an account apart. */
function idOf(documentId: string, revision: number, place: number): string {
  return `${documentId.slice(-8)}.${revision}.${place + 1}`;
}

function sizeOf({ size }: KnowledgeIndex): number {
  return size;
}
