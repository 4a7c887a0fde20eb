import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server knows: a Page and somebody who writes to it, a business account, its number and a customer. */
export const metaIds = {
  page: '107000000000003',
  number: '105600000000002',
  business: '104500000000001',
  psid: '7700000000000001',
  phone: '15550009876',
} as const;

/** The body of `POST /…/messages`, of a Page or a number. */
export interface SentBody {
  path: string;
  body: {
    type?: string;
    interactive?: object;
    template?: object;
    message?: { metadata?: string; quick_replies?: object[] };
    biz_opaque_callback_data?: string;
    to?: string;
    text?: { body: string };
  };
}

/** A request as it arrived. */
export interface MetaCall {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** An answer of the server's. */
export interface MetaAnswer {
  status?: number;
  body: unknown;
}

const { page, number, psid, phone } = metaIds;

/** Answers as the Graph API does for a Page and a number; of a send it may take the request and lose the answer. */
export class MetaServer {
  readonly sent: SentBody[] = [];
  readonly calls: MetaCall[] = [];
  losesAnswers = false;
  /** What a spec has it answer; anything else it answers by itself. */
  answers: (call: MetaCall) => MetaAnswer | undefined = () => undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MetaServer> {
    const server = createServer();
    const meta = new MetaServer(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://meta');
        const { method = '', headers } = request;
        const call = { method, path, query, headers, body: Buffer.concat(chunks) };
        const isSend = method === 'POST' && path.endsWith('/messages');
        const body = isSend ? (JSON.parse(call.body.toString()) as SentBody['body']) : {};
        meta.calls.push(call);
        if (isSend && 'sender_action' in body) return void response.end('{"recipient_id":"1"}');
        if (isSend && !('status' in body)) meta.sent.push({ path, body });
        if (isSend && meta.losesAnswers) return void request.socket.destroy();
        const told = meta.answers(call);
        const answer = told ?? { body: meta.answerTo(path) };
        response.statusCode = answer.status ?? 200;
        if (Buffer.isBuffer(answer.body)) return void response.end(answer.body);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return meta;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answerTo(path: string): unknown {
    if (path.endsWith('/oauth/access_token')) return { access_token: 'a-longer-token', token_type: 'bearer' };
    if (path.endsWith('/me/accounts')) return { data: [{ id: page, name: 'Shop', access_token: 'page-token-000' }] };
    if (path.endsWith('/phone_numbers')) return { data: [{ id: number, display_phone_number: '+1 555-000-1234' }] };
    if (path.endsWith(`/${number}`)) return { id: number, display_phone_number: '+1 555-000-1234' };
    if (path.endsWith('/me/messages')) return { recipient_id: psid, message_id: `m_${randomUUID()}` };
    if (path.endsWith('/messages'))
      return { contacts: [{ input: phone, wa_id: phone }], messages: [{ id: `wamid.${randomUUID()}` }] };
    if (path.endsWith('/subscribed_apps')) return { success: true, data: [] };
    return { success: true, id: '1', data: [] };
  }
}

/** A WhatsApp delivery of the number's. */
export function numberDelivery(value: object, field = 'messages') {
  const change = { field, value: { metadata: { phone_number_id: number }, ...value } };
  return { object: 'whatsapp_business_account', entry: [{ id: metaIds.business, changes: [change] }] };
}

/** A message to the number from its customer. */
export function customerMessage(message: object) {
  const from = { from: phone, timestamp: String(Math.floor(Date.now() / 1000)) };
  const contacts = [{ profile: { name: 'Robin Sample' }, wa_id: phone }];
  return numberDelivery({ contacts, messages: [{ ...from, ...message }] });
}
