import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GraphClient } from '#libs/graph-api';

/** Ends the Graph client's connections after everything that uses them. */
@Injectable()
export class GraphClientShutdownService implements OnApplicationShutdown {
  constructor(private readonly graph: GraphClient) {}

  async onApplicationShutdown(): Promise<void> {
    await this.graph.close();
  }
}
