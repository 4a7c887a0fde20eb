import { Injectable, Logger, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { GraphClient, type GraphCallInfo } from '#libs/graph-api';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import { metrics } from '../../observability/index.js';
import { AccountDirectory } from '../account-directory.js';
import { AccountHealth } from '../account-health.service.js';

/** Turns what is told of every Graph call into metrics and the accounts' usage notes. */
@Injectable()
export class GraphCallObserver {
  private readonly logger = new Logger(GraphCallObserver.name);

  constructor(
    private readonly directory: AccountDirectory,
    private readonly health: AccountHealth,
    private readonly clock: Clock,
  ) {}

  note(info: GraphCallInfo): void {
    const code = info.outcome === 'refused' ? String(info.code ?? info.status ?? 'unknown') : info.outcome;
    metrics.graphCalls.observe({ host: info.host, route: info.route, code }, info.durationMs / 1000);
    if (!info.usage || info.igId === undefined) return;
    this.noteUsage(info.igId, info.usage).catch((error: unknown) =>
      this.logger.debug({ msg: 'usage not noted', err: error }),
    );
  }

  private async noteUsage(igId: string, usage: NonNullable<GraphCallInfo['usage']>): Promise<void> {
    const account = (await this.directory.findByIgIds([igId])).get(igId);
    if (!account) return;
    await this.health.noteUsage(account._id, {
      percent: usage.percent,
      ...(usage.regainMs > 0 ? { regainAccessAt: new Date(this.clock.now() + usage.regainMs) } : {}),
    });
  }
}

/** The one Graph client of a process. */
export const graphClientProvider: Provider = {
  provide: GraphClient,
  inject: [AppConfig, GraphCallObserver],
  useFactory: (config: AppConfig, observer: GraphCallObserver): GraphClient =>
    new GraphClient({
      instagramUrl: config.GRAPH_INSTAGRAM_URL,
      facebookUrl: config.GRAPH_FACEBOOK_URL,
      version: config.GRAPH_API_VERSION,
      timeoutMs: config.GRAPH_TIMEOUT_MS,
      // Only Facebook's host documents the proof.
      ...(config.META_APP_SECRET ? { appSecretProof: { facebook: config.META_APP_SECRET.reveal() } } : {}),
      oauth: {
        instagramUrl: config.INSTAGRAM_OAUTH_URL,
        instagramTokenUrl: config.INSTAGRAM_TOKEN_URL,
        facebookUrl: config.FACEBOOK_OAUTH_URL,
      },
      onCall: (info) => observer.note(info),
    }),
};

/** Ends the client's connections after everything that uses them. */
@Injectable()
export class GraphClientCloser implements OnApplicationShutdown {
  constructor(private readonly graph: GraphClient) {}

  async onApplicationShutdown(): Promise<void> {
    await this.graph.close();
  }
}
