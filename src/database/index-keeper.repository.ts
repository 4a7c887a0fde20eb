import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import mongoose, { type Connection, type Model } from 'mongoose';
import { AppConfig } from '../config/index.js';
import { isMongoAway } from '../errors/index.js';
import { databaseOptions } from './database-options.js';
import { isInForce, keepFor, RetentionService } from './retention.service.js';
import { UpgradesService } from './upgrades.service.js';

const progressEveryMs = 10_000;
/** A build goes on in MongoDB while nobody waits for it; whoever was cut off asks again and waits on. */
const triesWhileAway = 30;

interface RunningBuild {
  ns?: string;
  msg?: string;
  secs_running?: number;
  progress?: { done: number; total: number };
}

/** Brings the indexes, with them the retention, and before them what earlier versions wrote, to what this version needs. */
@Injectable()
export class IndexKeeperRepository {
  private readonly logger = new Logger(IndexKeeperRepository.name);

  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly config: AppConfig,
    private readonly retentions: RetentionService,
    private readonly upgrades: UpgradesService,
  ) {}

  /**
   * Builds what is missing. A build sends nothing until it is done, for minutes on a large collection: it goes over a
   * connection of its own that waits for as long as it takes.
   * @throws when MongoDB refuses an index, such as one that was defined otherwise under the same name
   */
  async build(): Promise<void> {
    const missing = await this.missing();
    if (missing.length > 0) {
      this.logger.log({ msg: 'building indexes', missing });
      const startedAt = performance.now();
      await this.upgrades.run();
      await this.onPatientConnection((patient) => this.buildOn(patient));
      await this.upgrades.dropObsoleteIndexes();
      this.logger.log({ msg: 'indexes are built', seconds: Math.round((performance.now() - startedAt) / 1_000) });
    }
    this.logger.log({ msg: 'indexes are in place', models: this.models.length });
    await Promise.all(this.models.map((model) => this.tellUnused(model)));
  }

  /** @returns collections that lack an index, hold what an earlier version wrote, or are kept otherwise than they should be */
  async missing(): Promise<string[]> {
    const lacking = await Promise.all(
      this.models.map(async (model) => {
        const { toCreate } = (await model.diffIndexes()) as { toCreate: unknown[] };
        return toCreate.length > 0 ? [model.collection.collectionName] : [];
      }),
    );
    const otherwise = await Promise.all(
      this.retentions.all.map(async (retention) =>
        (await isInForce(retention)) ? [] : [retention.collection.collectionName],
      ),
    );
    const dated = (await this.upgrades.due()).map(({ collection }) => collection.collectionName);
    return [...new Set([...lacking, ...otherwise, dated].flat())].sort();
  }

  private get models(): Model<unknown>[] {
    return Object.values(this.connection.models) as Model<unknown>[];
  }

  private async buildOn(patient: Connection): Promise<void> {
    const builds = this.models.map((model) =>
      patient.model(model.modelName, model.schema, model.collection.collectionName).createIndexes(),
    );
    const settled = await Promise.allSettled(builds);
    const failed = settled.find((build) => build.status === 'rejected');
    if (failed) throw failed.reason;
    for (const retention of this.retentions.all)
      await keepFor({ ...retention, collection: patient.collection(retention.collection.collectionName) });
  }

  private async onPatientConnection(work: (patient: Connection) => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      const patient = mongoose.createConnection();
      const progress = setInterval(() => void this.tellProgress(), progressEveryMs);
      try {
        await patient.openUri(this.config.DATABASE_URL, { ...databaseOptions(this.config), socketTimeoutMS: 0 });
        return await work(patient);
      } catch (error) {
        if (!isMongoAway(error) || tries === triesWhileAway) throw error;
        this.logger.warn({ msg: 'MongoDB went away while indexes were built; asking again', err: error });
        await delay(1_000);
      } finally {
        clearInterval(progress);
        await patient.close().catch(() => undefined);
      }
    }
  }

  private async tellProgress(): Promise<void> {
    try {
      const admin = this.connection.getClient().db('admin');
      for (const { ns, msg, secs_running, progress } of await admin.aggregate<RunningBuild>(runningBuilds).toArray())
        this.logger.log({ msg: 'an index is being built', collection: ns, stage: msg, secs_running, ...progress });
    } catch (error) {
      this.logger.debug({ msg: 'MongoDB does not tell how far the indexes are', err: error });
    }
  }

  /** An earlier version's, or somebody's own. They are not dropped here: older processes may still read by them. */
  private async tellUnused(model: Model<unknown>): Promise<void> {
    const { toDrop } = (await model.diffIndexes()) as { toDrop: string[] };
    const own = this.retentions.all.flatMap(({ index }) => (index === undefined ? [] : [index]));
    const indexes = toDrop.filter((name) => name !== 'retention' && !own.includes(name));
    const msg = 'indexes that this version does not use slow every write: drop them when no older process runs';
    if (indexes.length > 0) this.logger.warn({ msg, collection: model.collection.collectionName, indexes });
  }
}

/** Without `allUsers` it shows one's own only, which needs no privilege. */
const runningBuilds = [
  { $currentOp: {} },
  { $match: { 'command.createIndexes': { $exists: true } } },
  { $project: { ns: 1, msg: 1, secs_running: 1, progress: 1 } },
];
