import {
  GraphCallError,
  GraphClient,
  type GraphAccess,
  type GraphClientOptions,
  type GraphError,
} from '#libs/graph-api';
import { GraphServer } from './graph-server.js';

/** Planted: it must never show up in an error, a log or what is told of a call. */
export const accessToken = 'IGAAplantedTokenThatMustNeverShowUp0123456789';
export const access: GraphAccess = { login: 'instagram', igId: '17841400008460056', accessToken };
export const pageAccess: GraphAccess = { ...access, login: 'facebook', accessToken: 'EAAplantedPageToken0123456789' };
export const person = '1234567890123456';

/** Clients of a spec file, and the server they call. */
export interface GraphCallsService {
  readonly server: GraphServer;
  /** Closed after each spec. */
  clientOf(options?: GraphClientOptions): GraphClient;
  /** The body of the latest request. */
  sentBody(): unknown;
}

/** Call it once, at the top of the file. */
export function useGraphCalls(): GraphCallsService {
  let server: GraphServer;
  const clients: GraphClient[] = [];

  beforeAll(async () => {
    server = await GraphServer.start();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  afterAll(async () => server.stop());

  return {
    get server() {
      return server;
    },
    clientOf(options = {}) {
      const urls = { instagramUrl: `${server.url}/ig`, facebookUrl: `${server.url}/fb/` };
      const client = new GraphClient({ ...urls, version: 'v24.0', timeoutMs: 2_000, ...options });
      clients.push(client);
      return client;
    },
    sentBody: () => JSON.parse(server.last.body) as unknown,
  };
}

/** What a call that must fail failed with. */
export async function failureOf(call: Promise<unknown>): Promise<GraphError> {
  return call.then(
    () => Promise.reject(new Error('The call did not fail.')),
    (error: GraphError) => error,
  );
}

/** The same for one without an answer of the platform's. */
export async function callErrorOf(call: Promise<unknown>): Promise<GraphCallError> {
  const error = await failureOf(call);
  expect(error).toBeInstanceOf(GraphCallError);
  return error as GraphCallError;
}
