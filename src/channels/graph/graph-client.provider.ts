import type { Provider } from '@nestjs/common';
import { GraphClient } from '#libs/graph-api';
import { AppConfig } from '../../config/index.js';
import { GraphCallsService } from './graph-calls.service.js';

/** The one Graph client of a process, for every channel of Meta's. */
export const graphClientProvider: Provider = {
  provide: GraphClient,
  inject: [AppConfig, GraphCallsService],
  useFactory: (config: AppConfig, calls: GraphCallsService): GraphClient =>
    new GraphClient({
      instagramUrl: config.GRAPH_INSTAGRAM_URL,
      facebookUrl: config.GRAPH_FACEBOOK_URL,
      version: config.GRAPH_API_VERSION,
      timeoutMs: config.GRAPH_TIMEOUT_MS,
      ...(config.egressProxy ? { proxy: config.egressProxy } : {}),
      // Only Facebook's host documents the proof.
      ...(config.META_APP_SECRET ? { appSecretProof: { facebook: config.META_APP_SECRET.reveal() } } : {}),
      otherAppSecrets: config.APP_SECRETS.map((secret) => secret.reveal()),
      oauth: {
        instagramUrl: config.INSTAGRAM_OAUTH_URL,
        instagramTokenUrl: config.INSTAGRAM_TOKEN_URL,
        facebookUrl: config.FACEBOOK_OAUTH_URL,
      },
      onCall: (info) => calls.note(info),
    }),
};
