import { Injectable } from '@nestjs/common';
import { AccountsService } from '../../accounts/index.js';
import { AuditService, fieldsOf, type AuditAction } from '../../audit/index.js';
import { reaches, scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import { ConflictError, InvalidRequestError, NotFoundError, type FieldProblem } from '../../errors/index.js';
import { isPointer } from './tool-answer.js';
import { ToolCallerService } from './tool-caller.service.js';
import { readArguments, readParameters, schemaOf } from './tool-parameters.js';
import type { ToolHeader } from './tool.schema.js';
import { ToolSecretsService } from './tool-secrets.service.js';
import type { PutToolRequest, TestToolRequest, ToolHeaderDto, ToolTestView, ToolView } from './tools.dto.js';
import { ToolsFullError } from './tools.errors.js';
import { ToolsRepository, type NewTool, type Tool } from './tools.repository.js';
import { templateProblems } from './url-template.js';

/** Tools an account may have: all of them stand in each request to the model. */
export const maxTools = 20;
const tries = 3;
const nameRule = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/;
/** Tools of our own. */
const ownNames = ['search_knowledge'];

/** An account's tools, for its people. Another tenant's account or tool looks as if it did not exist. */
@Injectable()
export class ToolsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tools: ToolsRepository,
    private readonly secrets: ToolSecretsService,
    private readonly caller: ToolCallerService,
    private readonly audit: AuditService,
  ) {}

  /** @throws {NotFoundError} no such account */
  async list(principal: Principal, accountId: string): Promise<ToolView[]> {
    const scope = scopeOf(principal);
    const { _id } = await this.accounts.getOwned(scope, accountId);
    return (await this.tools.list(scope, _id)).map((tool) => viewOf(tool, principal));
  }

  /** @throws {NotFoundError} */
  async get(principal: Principal, accountId: string, name: string): Promise<ToolView> {
    const scope = scopeOf(principal);
    const { _id } = await this.accounts.getOwned(scope, accountId);
    return viewOf(await this.toolOf(scope, _id, name), principal);
  }

  /**
   * Writes the whole tool; the next answer uses it. A secret header without a value keeps the one it has.
   * @throws {NotFoundError} no such account
   * @throws {InvalidRequestError} naming what is wrong
   * @throws {ToolsFullError}
   */
  async put(principal: Principal, accountId: string, name: string, request: PutToolRequest): Promise<ToolView> {
    const scope = scopeOf(principal);
    const account = await this.accounts.getOwned(scope, accountId);
    for (let tried = 0; tried < tries; tried++) {
      const before = await this.tools.find(scope, account._id, name);
      const tool = this.toolFrom({ user_id: account.user_id, account_id: account._id, name }, request, before);
      // Two that add at once may bring it to one more: the limit keeps prompts short, nothing rests on it.
      if (!before && (await this.tools.count(account._id)) >= maxTools)
        throw new ToolsFullError(`An account has ${maxTools} tools at most.`);
      const written = await this.tools.put(tool, before?.revision);
      if (!written) continue;
      await this.note('tool.declared', written, fieldsOf(request));
      return viewOf(written, principal);
    }
    throw new ConflictError('It is being changed by somebody else.');
  }

  /** @throws {NotFoundError} */
  async remove(scope: TenantScope, accountId: string, name: string): Promise<void> {
    const { _id: account_id, user_id } = await this.accounts.getOwned(scope, accountId);
    if (!(await this.tools.remove(scope, account_id, name))) throw noSuchTool();
    await this.note('tool.removed', { account_id, user_id, name });
  }

  /**
   * Calls the tool as the agent would, with arguments that need not stand in a conversation.
   * @throws {NotFoundError}
   * @throws {InvalidRequestError} an argument is wrong, or a write is not meant in earnest
   */
  async test(scope: TenantScope, accountId: string, name: string, request: TestToolRequest): Promise<ToolTestView> {
    const { _id } = await this.accounts.getOwned(scope, accountId);
    const tool = await this.toolOf(scope, _id, name);
    const { args, problems } = readArguments(tool.parameters, request.arguments ?? {});
    if (tool.effect === 'write' && request.really !== true)
      problems.push({ field: 'really', expected: 'expected true: this tool changes something at the other end' });
    refuse(problems);
    const result = await this.caller.call(tool, args);
    await this.note('tool.tried', tool);
    if (result.outcome !== 'answered') return { ok: false, reason: result.reason, ms: result.ms };
    const { status, answer, problem: reason, ms } = result;
    return {
      ok: status >= 200 && status < 300 && reason === undefined,
      ...{ status, ms },
      ...(answer === undefined ? {} : { answer }),
      ...(reason ? { reason } : {}),
    };
  }

  private async note(
    action: AuditAction,
    { account_id, user_id: tenant, name: tool }: Pick<Tool, 'account_id' | 'user_id' | 'name'>,
    changed?: string[],
  ): Promise<void> {
    await this.audit.record({ action, tenant, target: { account_id, tool }, ...(changed ? { changed } : {}) });
  }

  private async toolOf(scope: TenantScope, accountId: string, name: string): Promise<Tool> {
    const tool = await this.tools.find(scope, accountId, name);
    if (!tool) throw noSuchTool();
    return tool;
  }

  private toolFrom(
    owners: Pick<Tool, 'user_id' | 'account_id' | 'name'>,
    request: PutToolRequest,
    before: Tool | null,
  ): NewTool {
    const { description, method, url, effect, pick = [], idempotent = false, approval = 'person' } = request;
    const { parameters, problems } = readParameters(request.parameters ?? {});
    if (!nameRule.test(owners.name) || ownNames.includes(owners.name))
      problems.push({ field: 'name', expected: 'expected letters, digits, _ and -, at most 64, and no name of ours' });
    problems.push(...templateProblems(url, parameters), ...effectProblems(request));
    for (const [index, pointer] of pick.entries())
      if (!isPointer(pointer))
        problems.push({ field: `pick.${index}`, expected: 'expected a JSON pointer: /order/state' });
    refuse(problems);
    const address = new URL(url.replace(/\{[^}]*\}/g, 'x'));
    const hosts = (request.hosts ?? [address.hostname]).map((host) => host.toLowerCase());
    const hostProblem = this.caller.hostProblem(address);
    if (hostProblem) refuse([{ field: 'url', expected: hostProblem }]);
    if (!hosts.includes(address.hostname)) refuse([{ field: 'hosts', expected: `does not hold ${address.hostname}` }]);
    const samePlace =
      before && new URL(before.url.replace(/\{[^}]*\}/g, 'x')).origin === address.origin ? before : null;
    const headers = this.headersFrom(owners, request.headers ?? [], samePlace);
    return { ...owners, description, method, url, hosts, parameters, headers, pick, effect, idempotent, approval };
  }

  /** @param before where a secret may be kept from: the same tool, as long as it goes to the same place */
  private headersFrom(
    { account_id: accountId, name: tool }: Pick<Tool, 'account_id' | 'name'>,
    headers: readonly ToolHeaderDto[],
    before: Tool | null,
  ): ToolHeader[] {
    const seen = new Set<string>();
    return headers.map(({ name, value, secret = false }, index) => {
      const lower = name.toLowerCase();
      if (seen.has(lower) || reservedHeader.test(lower))
        refuse([{ field: `headers.${index}.name`, expected: 'stands there twice, or is one that is set here' }]);
      seen.add(lower);
      if (!secret) return { name, value: value ?? '' };
      if (value !== undefined) return { name, sealed: this.secrets.seal(value, accountId, tool, name) };
      const kept = before?.headers.find((header) => header.name.toLowerCase() === lower)?.sealed;
      if (kept === undefined)
        refuse([{ field: `headers.${index}.value`, expected: 'is needed: there is none to keep' }]);
      return { name, sealed: kept };
    });
  }
}

const reservedHeader =
  /^(?:host|connection|content-length|content-type|transfer-encoding|upgrade|expect|te|trailer|keep-alive|idempotency-key|proxy-.*)$/;

function effectProblems({ method, effect, idempotent = false, approval }: PutToolRequest): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (effect === 'read' && method !== 'GET' && method !== 'POST')
    problems.push({ field: 'method', expected: 'expected GET or POST for a tool that reads' });
  if (effect === 'write' && method === 'GET')
    problems.push({ field: 'method', expected: 'expected another than GET for a tool that writes' });
  if (approval === 'automatic' && !(effect === 'write' && idempotent))
    problems.push({ field: 'approval', expected: 'automatic is for idempotent writes alone' });
  return problems;
}

function refuse(problems: readonly FieldProblem[]): void {
  const [first] = problems;
  if (first) throw new InvalidRequestError(`${first.field}: ${first.expected}`, [...problems]);
}

function noSuchTool(): NotFoundError {
  return new NotFoundError('There is no such tool.');
}

function viewOf(tool: Tool, { role }: Principal): ToolView {
  const { name, description, method, url, hosts, pick, effect, idempotent, approval, revision, ...rest } = tool;
  const { created_at, updated_at, parameters, headers } = rest;
  const shown = headers.map(({ name: header, value, sealed }) =>
    sealed === undefined ? { name: header, value, secret: false } : { name: header, secret: true },
  );
  return {
    ...{ name, description, method, url, hosts, parameters: schemaOf(parameters), pick, effect, idempotent, approval },
    ...(reaches(role, 'owner') ? { headers: shown } : {}),
    ...{ revision, created_at, updated_at },
  };
}
