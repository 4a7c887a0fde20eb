import { Injectable } from '@nestjs/common';
import type { GraphCallInfo } from '#libs/graph-api';
import { metrics } from '../../observability/index.js';

type Listener = (info: GraphCallInfo) => void;

/** Hears of every Graph call this process makes: counts it, and tells whoever keeps notes about accounts. */
@Injectable()
export class GraphCallsService {
  private readonly listeners: Listener[] = [];

  onCall(listener: Listener): void {
    this.listeners.push(listener);
  }

  note(info: GraphCallInfo): void {
    const code = info.outcome === 'refused' ? String(info.code ?? info.status ?? 'unknown') : info.outcome;
    metrics.graphCalls.observe({ host: info.host, route: info.route, code }, info.durationMs / 1000);
    for (const listener of this.listeners) listener(info);
  }
}
