import type { Sandbox, SandboxAccount } from '../index.js';

export interface GraphReply {
  status: number;
  headers: Headers;
  body: GraphBody;
}

interface GraphBody {
  recipient_id?: string;
  message_id?: string;
  error?: { code: number; error_subcode?: number; message: string; error_data?: { details: string } };
  messages?: { id: string }[];
  contacts?: { input: string; wa_id?: string; user_id?: string }[];
  data?: unknown[];
  [field: string]: unknown;
}

/** Calls the stand-in as a server would. */
export class GraphCaller {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly account: SandboxAccount = sandbox.account,
    /** Over the other host, with another token. */
    private readonly over?: { url: string; accessToken: string },
  ) {}

  async get(path: string, query: Record<string, string> = {}): Promise<GraphReply> {
    return this.call('GET', `${path}?${new URLSearchParams(query).toString()}`);
  }

  async post(path: string, body: unknown): Promise<GraphReply> {
    return this.call('POST', path, body);
  }

  async send(recipientId: string, message: unknown, more: object = {}): Promise<GraphReply> {
    return this.post('/v24.0/me/messages', { recipient: { id: recipientId }, message, ...more });
  }

  private async call(method: string, path: string, body?: unknown): Promise<GraphReply> {
    const { url, accessToken } = this.over ?? { url: this.sandbox.instagramUrl, accessToken: this.account.accessToken };
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: body === undefined ? (method === 'GET' ? undefined : '{}') : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as GraphBody };
  }
}
