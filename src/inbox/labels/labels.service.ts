import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/index.js';
import { DeskRepository } from '../../conversations/index.js';
import { ConflictError, InvalidRequestError, NotFoundError } from '../../errors/index.js';
import type { LabelView } from './labels.dto.js';
import { LabelsRepository, type Label } from './labels.repository.js';

/** More than anybody chooses from. */
const maxLabels = 100;
const duplicateKey = 11_000;

/** The labels of a tenant, and what goes with one that is removed. */
@Injectable()
export class LabelsService {
  constructor(
    private readonly labels: LabelsRepository,
    private readonly desk: DeskRepository,
    private readonly audit: AuditService,
  ) {}

  async list(tenant: string): Promise<LabelView[]> {
    return (await this.labels.list(tenant)).map(labelView);
  }

  /** @throws {ConflictError} there is one of that name, or there are too many */
  async create(tenant: string, fields: { name: string; color: string }): Promise<LabelView> {
    if ((await this.labels.count(tenant)) >= maxLabels)
      throw new ConflictError(`There are ${maxLabels} labels already.`);
    const label = await once(() => this.labels.insert(tenant, fields));
    await this.note(tenant, label._id, 'label.added');
    return labelView(label);
  }

  /** @throws {NotFoundError | ConflictError | InvalidRequestError} */
  async change(tenant: string, id: string, fields: { name?: string; color?: string }): Promise<LabelView> {
    if (fields.name === undefined && fields.color === undefined)
      throw new InvalidRequestError('Nothing to change: give name or color.', [
        { field: 'body', expected: 'name or color' },
      ]);
    const label = await once(() => this.labels.change(tenant, id, fields));
    if (!label) throw notThere();
    await this.note(tenant, id, 'label.changed');
    return labelView(label);
  }

  /** It goes from all conversations; a run that is cut short leaves marks that nobody is shown. */
  async remove(tenant: string, id: string): Promise<void> {
    if (!(await this.labels.remove(tenant, id))) throw notThere();
    await this.desk.unlabelAll(tenant, id);
    await this.note(tenant, id, 'label.removed');
  }

  private async note(tenant: string, id: string, action: 'label.added' | 'label.changed' | 'label.removed') {
    await this.audit.record({ action, tenant, target: { label_id: id } });
  }
}

const notThere = (): NotFoundError => new NotFoundError('There is no such label.');
const labelView = ({ _id: id, name, color }: Label): LabelView => ({ id, name, color });

async function once<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== duplicateKey) throw cause;
    throw new ConflictError('There is a label of that name.', { cause });
  }
}
