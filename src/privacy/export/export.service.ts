import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Injectable, Logger } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import type { ExportCounts, ExportPosition } from './export.schema.js';
import { ExportSourcesService, type ExportLine, type ExportStep } from './export-sources.service.js';
import { ExportsRepository, type Export, type Written } from './exports.repository.js';

const compress = promisify(gzip);
const leaseMs = 2 * 60_000;

/**
 * Writes an export's file, a page of lines at a time, each a piece of its own in the store. A run that is cut short goes
 * on where the last piece ends.
 */
@Injectable()
export class ExportService {
  private readonly logger = new Logger(ExportService.name);

  constructor(
    private readonly exports: ExportsRepository,
    private readonly sources: ExportSourcesService,
    private readonly audit: AuditService,
  ) {}

  /** @throws when a part is away: run it again, it goes on */
  async run(id: string, signal: AbortSignal): Promise<void> {
    const claimed = await this.exports.claim(id, leaseMs);
    if (!claimed) return;
    try {
      if (!(await this.writeAll(claimed, signal))) return;
      await this.exports.complete(id);
      await this.audit.record({ action: 'export.done', tenant: claimed.user_id, target: { export_id: id } });
      this.logger.log({ msg: 'export done', export_id: id, kind: claimed.kind });
    } catch (error) {
      await this.exports.fail(id, error instanceof Error ? error.name : 'unknown');
      throw error;
    }
  }

  /** @returns `false` when it was removed meanwhile */
  private async writeAll(claimed: Export, signal: AbortSignal): Promise<boolean> {
    const parts = this.sources.partsOf(claimed);
    let current = claimed;
    for (let position: ExportPosition | undefined = current.position; position;) {
      signal.throwIfAborted();
      const { lines, after }: ExportStep = (await parts[position.part]?.(position.after)) ?? { lines: [] };
      const next: ExportPosition | undefined =
        after !== undefined
          ? { part: position.part, after }
          : position.part + 1 < parts.length
            ? { part: position.part + 1 }
            : undefined;
      const begins = current.chunks === 0 ? [headOf(current)] : [];
      const written = await this.exports.write(current, await piece([...begins, ...lines], next), leaseMs);
      if (!written) return false;
      [current, position] = [written, next];
    }
    return true;
  }
}

function headOf({ _id, user_id, kind, account_ids, participant_id, requested_at }: Export): ExportLine {
  const data = { id: _id, format: 1, kind, tenant: user_id, account_ids, participant_id, requested_at };
  return { type: 'export', data };
}

async function piece(lines: ExportLine[], next: ExportPosition | undefined): Promise<Written> {
  const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const counts: ExportCounts = {};
  for (const { type } of lines) counts[type] = (counts[type] ?? 0) + 1;
  return { data: await compress(text), bytes: text.length, counts, next };
}
