import { RefusedError, type EvalServer } from './eval-server.js';
import type { Shop, ShopKnowledge } from './shops.js';
import { textAsPdf } from './text-as-pdf.js';
import type { ToolSystems } from './tool-systems.js';

/** A shop as the server has it. */
export interface LoadedShop {
  shop: Shop;
  accountId: string;
  model: string;
  /** The knowledge's own names by the ids that the server gave. */
  documents: ReadonlyMap<string, string>;
  /** Whether this server lets tools be declared. */
  hasTools: boolean;
  /** Settings of the file that this server does not know. */
  notTaken: string[];
}

const quietMs = 150;

/** Loads a shop as its owner would: through the public API. */
export async function loadShop(
  server: EvalServer,
  shop: Shop,
  model: string,
  systems: ToolSystems,
): Promise<LoadedShop> {
  const sandboxAccount = server.sandbox.getAccount(shop.username);
  const { data: account } = await server.api<{ data: { _id: string } }>('POST', '/accounts', {
    access_token: sandboxAccount.accessToken,
    login: 'instagram',
    agent: { enabled: true },
  });
  const notTaken = await putSettings(server, account._id, shop, model);
  const documents = new Map<string, string>();
  for (const entry of shop.knowledge) {
    const id = await addKnowledge(server, account._id, entry, systems);
    documents.set(id, entry.id);
  }
  const hasTools = await declareTools(server, account._id, shop, systems);
  return { shop, accountId: account._id, model, documents, hasTools, notTaken };
}

async function putSettings(server: EvalServer, accountId: string, shop: Shop, model: string): Promise<string[]> {
  const settings = {
    ...{ enabled: true, instructions: shop.instructions, timezone: shop.time_zone, model, quiet_ms: quietMs },
    ...{ allowed_links: shop.allowed_links ?? [], replies_per_conversation_hour: 1_000 },
    daily_token_budget: 1_000_000_000,
    ...(shop.hand_over?.phrases ? { hand_over_phrases: shop.hand_over.phrases } : {}),
    ...(shop.hand_over?.text === undefined ? {} : { hand_over_text: shop.hand_over.text }),
  };
  await server.api('PUT', `/agent/settings/${accountId}`, settings);
  const hours = shop.people === undefined ? undefined : peopleHours(shop.people);
  if (!hours) return [];
  try {
    await server.api('PUT', `/agent/settings/${accountId}`, { people_hours: hours });
    return [];
  } catch (error) {
    if (error instanceof RefusedError && error.status === 400) return ['people'];
    throw error;
  }
}

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const hoursPattern = /([a-z]{3})[a-z]*(?:\s*[-–]\s*([a-z]{3})[a-z]*)?\s+(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)/g;

interface Hours {
  weekly: { day: string; open: string; close: string }[];
}

/** `Tue-Fri 08:00-16:00, Sat 09:00-12:00` as the settings have it. */
export function peopleHours(text: string): Hours | undefined {
  const weekly: Hours['weekly'] = [];
  for (const [, first = '', last = first, open = '', close = ''] of text.toLowerCase().matchAll(hoursPattern)) {
    const start = days.findIndex((day) => day.startsWith(first));
    const end = days.findIndex((day) => day.startsWith(last));
    if (start < 0 || end < 0) return undefined;
    for (let step = 0; step <= (end - start + 7) % 7; step++)
      weekly.push({ day: days[(start + step) % 7] ?? '', open, close });
  }
  return weekly.length > 0 ? { weekly } : undefined;
}

async function addKnowledge(
  server: EvalServer,
  accountId: string,
  entry: ShopKnowledge,
  systems: ToolSystems,
): Promise<string> {
  const { title, text, lang, valid_from, valid_until, poisoned } = entry;
  const path = `/agent/knowledge/${accountId}`;
  const about = {
    title,
    ...(lang ? { language: lang } : {}),
    ...(valid_from ? { valid_from } : {}),
    ...(valid_until ? { valid_until } : {}),
  };
  const id = await (async (): Promise<string> => {
    if (entry.kind === 'pdf') return upload(server, path, about, entry);
    const body = bodyOf(entry, accountId, systems);
    const { data } = await server.api<{ data: { id: string } }>('POST', path, { ...about, ...body });
    return data.id;
  })();
  if (entry.kind === 'url') await fetched(server, `${path}/${id}`);
  // As its owner would after a look: what is planted in it is the agent's to withstand.
  if (entry.kind === 'url' || poisoned) await server.api('POST', `${path}/${id}/review`, { approve: true });
  else await approveWaiting(server, `${path}/${id}`);
  return id;

  function bodyOf({ kind }: ShopKnowledge, account: string, pages: ToolSystems): object {
    if (kind === 'faq') return { kind, question: title, answer: text };
    if (kind !== 'url') return { kind, text };
    return { kind, url: pages.addPage(`${account}/${entry.id}`, pageOf(entry)) };
  }
}

async function approveWaiting(server: EvalServer, path: string): Promise<void> {
  const { data } = await server.api<{ data: { review: string } }>('GET', path);
  if (data.review === 'pending') await server.api('POST', `${path}/review`, { approve: true });
}

async function fetched(server: EvalServer, path: string): Promise<void> {
  const until = Date.now() + 30_000;
  for (;;) {
    const { data } = await server.api<{ data: { state: string; reason?: string } }>('GET', path);
    if (data.state === 'ready') return;
    if (data.state !== 'pending' || Date.now() > until)
      throw new Error(`A page is ${data.state}: ${data.reason ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function upload(server: EvalServer, path: string, about: Record<string, string>, { id, text }: ShopKnowledge) {
  const form = new FormData();
  for (const [name, value] of Object.entries(about)) form.set(name, value);
  const pdf = textAsPdf(text);
  if (pdf) form.set('file', new Blob([pdf], { type: 'application/pdf' }), `${id}.pdf`);
  else form.set('file', new Blob([text], { type: 'text/markdown' }), `${id}.md`);
  const { data } = (await server.upload(`${path}/files`, form)) as { data: { id: string } };
  return data.id;
}

function pageOf({ title, text, lang = 'en' }: ShopKnowledge): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const isHtml = /<(p|h\d|ul|table|div)\b/i.test(text);
  const body = isHtml
    ? text
    : escaped
        .split('\n\n')
        .map((part) => `<p>${part}</p>`)
        .join('\n');
  return `<!doctype html><html lang="${lang}"><title>${title}</title><main><h1>${title}</h1>${body}</main></html>`;
}

/** @returns whether the server knows tools at all */
async function declareTools(server: EvalServer, accountId: string, shop: Shop, systems: ToolSystems): Promise<boolean> {
  for (const tool of shop.tools ?? []) {
    const marked = new Set(tool.from_customer ?? []);
    const properties = Object.entries(tool.parameters.properties).map(([name, schema]) => [
      name,
      marked.has(name) ? { ...schema, from_customer: true } : schema,
    ]);
    const body = {
      ...{ description: tool.description, method: tool.method, effect: tool.effect },
      url: systems.addressOf(shop.id, tool),
      parameters: { ...tool.parameters, properties: Object.fromEntries(properties) as object },
    };
    try {
      await server.api('PUT', `/agent/tools/${accountId}/${tool.name}`, body);
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return false;
      throw error;
    }
  }
  return true;
}
