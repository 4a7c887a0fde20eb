import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Token, TokenBook } from './token-book.js';
import type { Account, Comment, Conversation, Person } from './types.js';
import type { WhatsAppWorld, WrittenWhatsApp } from '../whatsapp/whatsapp-world.js';
import type { World } from './world.js';

/** What is written down: the world's facts, with ids in the place of objects. */
interface Written {
  accounts: (Omit<Account, 'subscriptions' | 'refusedFields'> & {
    subscriptions: Record<'instagram' | 'facebook', string[]>;
    refusedFields: string[];
  })[];
  people: Person[];
  conversations: (Omit<Conversation, 'account' | 'person'> & { account: string; person: string })[];
  comments: (Omit<Comment, 'account' | 'person'> & { account: string; person: string })[];
  tokens: (Omit<Token, 'account'> & { account: string | null })[];
  /** Absent in what was written when there was Instagram alone. */
  whatsapp?: WrittenWhatsApp;
}

/**
 * Keeps the world in a file, for a server that keeps its database: what it stored of accounts, tokens and conversations
 * would mean nothing to a sandbox that starts anew.
 */
export class Memory {
  constructor(
    private readonly file: string,
    private readonly world: World,
    private readonly tokens: TokenBook,
    private readonly whatsapp: WhatsAppWorld,
  ) {}

  /** Writes all down. Whoever stops it half way leaves the previous file. */
  write(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(`${this.file}.new`, JSON.stringify(this.written()));
    renameSync(`${this.file}.new`, this.file);
  }

  /** @returns null when nothing was written yet */
  read(): Written | null {
    try {
      return JSON.parse(readFileSync(this.file, 'utf8')) as Written;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new Error(`${this.file} is not what a sandbox wrote; delete it to start anew`, { cause: error });
    }
  }

  /** Puts back what belongs to accounts and people that are there by now. */
  recall({ accounts, conversations, comments, tokens, whatsapp }: Written): void {
    if (whatsapp) this.whatsapp.recall(whatsapp);
    for (const { igId, subscriptions, refusedFields, usage } of accounts) {
      const account = this.world.findAccount(igId);
      if (!account) continue;
      account.subscriptions = {
        instagram: new Set(subscriptions.instagram),
        facebook: new Set(subscriptions.facebook),
      };
      account.refusedFields = new Set(refusedFields);
      account.usage = usage;
    }
    for (const { account, person, ...facts } of conversations) {
      const ends = this.ends(account, person);
      if (ends) this.world.restore(this.world.conversation(ends.account, ends.person, facts.channel), facts);
    }
    for (const { account, person, ...facts } of comments) {
      const ends = this.ends(account, person);
      if (ends) this.world.restoreComment({ ...facts, ...ends });
    }
    for (const token of tokens) {
      const account = token.account === null ? null : (this.world.findAccount(token.account) ?? null);
      this.tokens.restore({ ...token, account });
    }
  }

  private ends(igId: string, username: string): { account: Account; person: Person } | null {
    const account = this.world.findAccount(igId);
    const person = this.world.findPerson(username);
    return account && person ? { account, person } : null;
  }

  private written(): Written {
    const named = <T extends { account: Account; person: Person }>(one: T) => ({
      ...one,
      account: one.account.igId,
      person: one.person.username,
    });
    return {
      accounts: this.world.accounts.map((account) => ({
        ...account,
        subscriptions: {
          instagram: [...account.subscriptions.instagram],
          facebook: [...account.subscriptions.facebook],
        },
        refusedFields: [...account.refusedFields],
      })),
      people: this.world.people,
      conversations: this.world.allConversations().map(named),
      comments: this.world.allComments().map(named),
      tokens: this.tokens.all().map((token) => ({ ...token, account: token.account?.igId ?? null })),
      whatsapp: this.whatsapp.written(),
    };
  }
}
