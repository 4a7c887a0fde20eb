import { nodeOf, type GraphAccess, type GraphCallOptions } from './access.js';
import type { GraphCaller } from './caller.js';
import { GraphApiError, type GraphRoute } from './errors.js';
import type { GraphHosts } from './hosts.js';
import { toId } from './json.js';
import { itemsIn } from './paging.js';
import { objectIn, textOf, withoutHoles } from './fields.js';

export interface SubscribeResult {
  /** What webhooks will bring. */
  accepted: string[];
  /** What Meta doesn't know or doesn't grant. */
  refused: string[];
}

/** An app that gets this account's webhooks. */
export interface Subscription {
  appId?: string;
  name?: string;
  fields: string[];
}

/** `/{ig-id}/subscribed_apps`: without it no webhook arrives. */
export class SubscriptionsArea {
  constructor(
    private readonly caller: GraphCaller,
    private readonly hosts: GraphHosts,
  ) {}

  /**
   * One field that Meta refuses fails the whole call, so it is made again without that one.
   * @throws {GraphApiError} when no field is left, or the refusal isn't about a field
   */
  async subscribe(
    access: GraphAccess,
    fields: readonly string[],
    options?: GraphCallOptions,
  ): Promise<SubscribeResult> {
    let left = [...new Set(fields)];
    const refused: string[] = [];
    for (;;) {
      try {
        await this.call(access, 'POST', { subscribed_fields: left.join(',') }, options);
        return { accepted: left, refused };
      } catch (error) {
        const blamed = error instanceof GraphApiError ? refusedFields(error, left) : [];
        if (blamed.length === 0 || blamed.length === left.length) throw error;
        refused.push(...blamed);
        left = left.filter((field) => !blamed.includes(field));
      }
    }
  }

  async list(access: GraphAccess, options?: GraphCallOptions): Promise<Subscription[]> {
    const { answer, route } = await this.call(access, 'GET', {}, options);
    return itemsIn(objectIn(answer, route, { unwrapList: false })).map((item) =>
      withoutHoles<Subscription>({
        appId: toId(item.id),
        name: textOf(item.name),
        fields: fieldsIn(item.subscribed_fields),
      }),
    );
  }

  async unsubscribe(access: GraphAccess, options?: GraphCallOptions): Promise<void> {
    await this.call(access, 'DELETE', {}, options);
  }

  private async call(
    access: GraphAccess,
    method: GraphRoute['method'],
    query: Record<string, string>,
    options?: GraphCallOptions,
  ) {
    const names = { POST: 'subscribe', GET: 'subscriptions', DELETE: 'unsubscribe' };
    const route: GraphRoute = { host: access.login, route: names[method], method };
    const url = this.hosts.graph(access.login, nodeOf(access), 'subscribed_apps');
    const { accessToken, igId } = access;
    return { route, answer: await this.caller.call({ ...route, url, query, accessToken, igId }, options) };
  }
}

function fieldsIn(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  // Pages list fields as names or, with versions, as objects.
  return value
    .map((field) => textOf(field) ?? textOf((field as { name?: unknown } | null)?.name))
    .filter((name) => name !== undefined);
}

/** Which of the fields an error is about: `Param subscribed_fields[2] must be one of {"a", "b"} - got "c".` */
function refusedFields(error: GraphApiError, fields: readonly string[]): string[] {
  const isAboutFields = error.code === 100 || error.code === 10 || (error.code ?? 0) >= 200;
  if (!isAboutFields) return [];
  const { message } = error;
  const choices = /must be one of\s*\{([^}]*)\}/i.exec(message)?.[1];
  if (choices !== undefined) {
    const known = new Set(
      choices.split(',').map((name) =>
        name
          .trim()
          .replace(/^["']|["']$/g, '')
          .toLowerCase(),
      ),
    );
    const unknown = fields.filter((field) => !known.has(field.toLowerCase()));
    if (unknown.length > 0) return unknown;
  }
  const index = /subscribed_fields\[(\d+)\]/.exec(message)?.[1];
  const byIndex = index === undefined ? undefined : fields[Number(index)];
  if (byIndex !== undefined) return [byIndex];
  // Some refusals name the field in a sentence; `messages` is a part of other names, so whole names only.
  return fields.filter((field) => new RegExp(`(?<![\\w])${field}(?![\\w])`).test(message));
}
