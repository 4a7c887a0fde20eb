import type { Clock } from '#libs/clock';
import type { Faults, LateFailure } from '../faults.js';
import type { AcceptedSend, GraphCallRecord, Ledger } from '../ledger.js';
import type { LiveFeed } from '../live-feed.js';
import type { Random } from '../random.js';
import type { DeliveryEngine } from '../webhooks/delivery-engine.js';
import type { Token, TokenBook } from '../world/token-book.js';
import type { Account, Login } from '../world/types.js';
import type { World } from '../world/world.js';
import type { SendPace } from '../whatsapp/send-pace.js';
import type { StatusReports } from '../whatsapp/status-reports.js';
import type { WhatsAppWorld } from '../whatsapp/whatsapp-world.js';
import { refuseUnknownObject } from './graph-error.js';

/** How some answers are shaped, where Meta itself is not of one mind. */
export interface AnswerShapes {
  /** `/me`: flat, or in `data[]`. */
  me: 'flat' | 'data';
  /** The first token of Instagram Login: in `data[]` with scopes in a string; flat with a list; flat with a bare number as id. */
  shortToken: 'data' | 'flat' | 'numeric';
  /** `expires_in` as number or as string. */
  expiresIn: 'number' | 'string';
  /** How the first token of Instagram Login tells its permissions; as `shortToken` says when left out. */
  permissions?: 'absent' | 'objects' | 'nested';
  /** Other apps that an account is subscribed to, as `subscribed_apps` lists them. */
  otherSubscribers?: { id?: string; subscribed_fields: string[] }[];
  /** `X-Business-Use-Case-Usage` with lists (now) or flat (older). */
  usage: 'list' | 'flat';
  /** A conversation's messages: with what was asked for, or ids alone. */
  messages: 'detailed' | 'ids';
  /** Messenger's profiles: whole, `name` alone, nothing but the id, or refused (100/2018218), as for phone accounts. */
  pageProfiles: 'full' | 'name' | 'empty' | 'refused';
}

/** What every route of the stand-in works with. */
export interface GraphContext {
  /** The sandbox's own URL, for paging links and pictures. */
  baseUrl: () => string;
  secrets: Record<Login, string>;
  clock: Clock;
  random: Random;
  world: World;
  tokens: TokenBook;
  ledger: Ledger;
  faults: Faults;
  webhooks: DeliveryEngine;
  live: LiveFeed;
  shapes: AnswerShapes;
  whatsapp: { world: WhatsAppWorld; statuses: StatusReports; pace: SendPace };
}

/** One call with everything already checked that all routes check. */
export interface GraphCall {
  login: Login;
  record: GraphCallRecord;
  params: Record<string, string>;
  query: Record<string, string>;
  body: Record<string, unknown>;
  token: Token;
  /** How long what it sends does not show: a fault. */
  showsAfterMs: number;
  /** WhatsApp: what becomes of it once it was accepted: a fault. */
  failsLater: LateFailure | null;
}

export interface GraphResult {
  body: unknown;
  /** Runs before the answer goes out: what Meta is sometimes quick enough to do first. */
  before?: () => Promise<void>;
  /** Runs once the answer is out, or was hidden by a fault. */
  after?: () => void;
  /** The message that this call sent. */
  sent?: AcceptedSend;
}

export type GraphHandler = (call: GraphCall) => GraphResult | Promise<GraphResult>;

/** The account that the token speaks for, if the path names it; else what Meta says of a stranger's id. */
export function accountInPath(call: GraphCall): Account {
  const { account } = call.token;
  const id = call.params.id ?? 'me';
  if (account && (id === 'me' || [account.igId, account.appScopedId, account.pageId].includes(id))) return account;
  return refuseUnknownObject(id, call.record.method);
}

/** Where a call's parameters are: Meta takes each from the query or from the body. */
export function parameter(call: GraphCall, name: string): unknown {
  return call.body[name] ?? call.query[name];
}

/** A parameter as text; empty when there is none, or something that is no text. */
export function textParameter(call: GraphCall, name: string): string {
  return textOf(parameter(call, name));
}

/** Ids may come as numbers; an object is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A parameter that may be an object, or JSON in a string as in a form or a query. */
export function objectParameter(call: GraphCall, name: string): Record<string, unknown> | null {
  let value = parameter(call, name);
  if (typeof value === 'string') {
    try {
      value = JSON.parse(value);
    } catch {
      return null;
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
