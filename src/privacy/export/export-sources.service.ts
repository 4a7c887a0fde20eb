import { Injectable } from '@nestjs/common';
import { AccountsService, UserSettingsService } from '../../accounts/index.js';
import { KnowledgeRepository, SuggestionsRepository, suggestionView } from '../../agent/index.js';
import { AuditLogRepository } from '../../audit/index.js';
import { tenantScope } from '../../auth/index.js';
import { BlocklistRepository } from '../../blocklist/index.js';
import { ConversationsRepository, type ConversationHolder } from '../../conversations/index.js';
import { CommentsRepository, dmView, DmsRepository } from '../../dms/index.js';
import { CannedRepliesRepository, LabelsRepository, NotesRepository, noteView } from '../../inbox/index.js';
import { TemplatesRepository, type TemplatePosition } from '../../templates/index.js';
import { WebhookEndpointsRepository, webhookEndpointView } from '../../outgoing-webhooks/index.js';
import { StaffRepository } from '../../staff/index.js';
import type { Export } from './exports.repository.js';

/** A line of the file. */
export interface ExportLine {
  type: string;
  data: unknown;
}

/** Lines of a part; `after` leads to the next ones, and is missing at the part's end. */
export interface ExportStep {
  lines: ExportLine[];
  after?: string;
}

type Part = (after: string | undefined) => Promise<ExportStep>;

/** Where a walk through conversations stands. */
interface Walk {
  /** All up to this one are written. */
  done?: string;
  /** The one that is being written, and its oldest message that is. */
  open?: { id: string; before?: { timestamp: number; id: string } };
}

const linesOfStep = 500;
const dmsOfPage = 200;
/** Documents may be long. */
const documentsOfStep = 5;

/** What an export holds, part after part; each is read in pages, so that one is in memory at a time. */
@Injectable()
export class ExportSourcesService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly settings: UserSettingsService,
    private readonly conversations: ConversationsRepository,
    private readonly dms: DmsRepository,
    private readonly comments: CommentsRepository,
    private readonly knowledge: KnowledgeRepository,
    private readonly blocklist: BlocklistRepository,
    private readonly notes: NotesRepository,
    private readonly suggestions: SuggestionsRepository,
    private readonly labels: LabelsRepository,
    private readonly replies: CannedRepliesRepository,
    private readonly staff: StaffRepository,
    private readonly templates: TemplatesRepository,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly auditLog: AuditLogRepository,
  ) {}

  /** The same parts in the same order whenever it is asked. */
  partsOf(wanted: Export): Part[] {
    const { kind, account_ids: accountIds, participant_id: participantId } = wanted;
    if (kind === 'person' && participantId !== undefined)
      return [...accountIds.flatMap((id) => this.ofPerson(wanted, id, participantId))];
    const accounts = accountIds.flatMap((id) => this.ofAccount(wanted, id));
    return kind === 'account' ? accounts : [...this.ofTenant(wanted), ...accounts];
  }

  /** For the customer's own eyes: what the audit log has about them is about the staff as well, and not in it. */
  private ofPerson({ user_id: userId }: Export, accountId: string, participantId: string): Part[] {
    return [
      (after) => this.walk({ platform_account_id: accountId, participant_id: participantId }, after),
      (after) =>
        paged(after, 'comment', (before) =>
          this.comments.ofPerson(accountId, participantId, { before, limit: linesOfStep }),
        ),
      async () => ({
        lines: (await this.blocklist.ofPerson(userId, participantId)).map((data) => ({
          type: 'blocklist_entry',
          data,
        })),
      }),
    ];
  }

  private ofAccount({ user_id: userId }: Export, accountId: string): Part[] {
    const scope = tenantScope(userId);
    return [
      async () => ({ lines: [{ type: 'account', data: await this.accounts.get(scope, accountId) }] }),
      async () => {
        const { configs } = await this.settings.get(userId);
        const own = configs.filter(({ account_id: id }) => id === accountId);
        return { lines: own.map((data) => ({ type: 'agent_settings', data })) };
      },
      (after) => this.walk({ platform_account_id: accountId }, after),
      (after) =>
        paged(after, 'comment', (before) => this.comments.ofAccount(accountId, { before, limit: linesOfStep })),
      (after) => this.documents(userId, accountId, after),
      (after) => this.messageTemplates(accountId, after),
    ];
  }

  private ofTenant({ user_id: userId }: Export): Part[] {
    const scope = tenantScope(userId);
    return [
      async () => ({ lines: [{ type: 'user_settings', data: await this.settings.get(userId) }] }),
      async () => ({ lines: (await this.labels.list(userId)).map((data) => ({ type: 'label', data })) }),
      async () => ({ lines: (await this.replies.list(userId)).map((data) => ({ type: 'canned_reply', data })) }),
      async () => ({
        lines: (await this.endpoints.list(scope, { limit: linesOfStep })).map((endpoint) => ({
          type: 'webhook_endpoint',
          data: webhookEndpointView(endpoint),
        })),
      }),
      (after) => paged(after, 'staff', (before) => this.staff.list(scope, { before, limit: linesOfStep })),
      (after) => paged(after, 'blocklist_entry', (before) => this.blocklist.pageById(userId, before, linesOfStep)),
      (after) => paged(after, 'audit_entry', (before) => this.auditLog.list(scope, { before, limit: linesOfStep })),
    ];
  }

  /** Each conversation, and behind it the staff's notes on it, what the agent suggests and its messages, the newest first. */
  private async walk(of: ConversationHolder, after: string | undefined): Promise<ExportStep> {
    const at = (after === undefined ? {} : JSON.parse(after)) as Walk;
    const lines: ExportLine[] = [];
    while (lines.length < linesOfStep) {
      if (!at.open) {
        const next = await this.conversations.nextOf(of, at.done);
        if (!next) return { lines };
        const { _id, ...data } = next;
        lines.push({ type: 'conversation', data: { id: _id, ...data } });
        lines.push(...(await this.notes.allOf(_id)).map((note) => ({ type: 'note', data: noteView(note) })));
        const suggestion = await this.suggestions.find(_id);
        if (suggestion?.state === 'open') lines.push({ type: 'suggestion', data: suggestionView(suggestion) });
        at.open = { id: _id };
      }
      const dms = await this.dms.everyOf(at.open.id, { before: at.open.before, limit: dmsOfPage });
      lines.push(...dms.map((dm) => ({ type: 'message', data: dmView(dm) })));
      const last = dms.at(-1);
      if (last && dms.length === dmsOfPage) at.open.before = { timestamp: last.timestamp, id: String(last._id) };
      else [at.done, at.open] = [at.open.id, undefined];
    }
    return { lines, after: JSON.stringify(at) };
  }

  private async messageTemplates(accountId: string, after: string | undefined): Promise<ExportStep> {
    const position = after === undefined ? undefined : (JSON.parse(after) as TemplatePosition);
    const found = await this.templates.page(accountId, {}, { after: position, limit: linesOfStep });
    const lines = found.map(({ _id: _ours, ...data }) => ({ type: 'template', data }));
    const last = found.length === linesOfStep ? found.at(-1) : undefined;
    return { lines, ...(last ? { after: JSON.stringify({ name: last.name, language: last.language }) } : {}) };
  }

  private async documents(userId: string, accountId: string, after: string | undefined): Promise<ExportStep> {
    const scope = tenantScope(userId);
    const heads = await this.knowledge.list(scope, accountId, { before: after, limit: documentsOfStep });
    const whole = await Promise.all(heads.map(({ _id }) => this.knowledge.find(scope, accountId, _id)));
    const lines = whole.flatMap((document) => {
      if (!document) return [];
      const { passages: _passages, ...data } = document;
      return [{ type: 'knowledge_document', data }];
    });
    return { lines, ...(heads.length === documentsOfStep ? { after: heads.at(-1)?._id } : {}) };
  }
}

async function paged(
  after: string | undefined,
  type: string,
  read: (before: string | undefined) => Promise<{ _id: string }[]>,
): Promise<ExportStep> {
  const found = await read(after);
  const lines = found.map((data) => ({ type, data }));
  return { lines, ...(found.length === linesOfStep ? { after: found.at(-1)?._id } : {}) };
}
