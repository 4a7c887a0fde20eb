import { Injectable } from '@nestjs/common';
import { textSize } from '#libs/graph-api';
import type { AccountSummary } from '../accounts/index.js';
import { BeyondLimitError, NotOnChannelError, type TemplateSlots, type TemplateValues } from '../channels/index.js';
import { InvalidRequestError } from '../errors/index.js';
import { isPublicHttpsUrl } from '../validation/index.js';
import { TemplateSyncService } from './template-sync.service.js';
import { TemplatesRepository, type Template } from './templates.repository.js';
import type { SendTemplateDto } from './templates.dto.js';

/** A template that is filled in and may be sent. */
export interface PreparedTemplate {
  /** As the person reads it. */
  text: string;
  template: { name: string; language: string; category?: string; components: readonly Record<string, unknown>[] };
}

type Account = AccountSummary;

/** Fills templates in for sends; what the channel would refuse is refused here. */
@Injectable()
export class TemplateSendsService {
  constructor(
    private readonly sync: TemplateSyncService,
    private readonly templates: TemplatesRepository,
  ) {}

  /** @throws {InvalidRequestError} naming the field: no such template, not approved, or values that don't fit it */
  async prepare(account: Account, { name, language, parameters = {} }: SendTemplateDto): Promise<PreparedTemplate> {
    const facet = this.sync.facetOf(account, 'template');
    const template = await this.usable(account, name, language);
    const slots = facet.slotsOf(template);
    if (slots.unsupported !== undefined)
      refuse(
        account,
        'template.name',
        `a template without ${slots.unsupported.toLowerCase()}, which can’t be filled in`,
      );
    refuseMisfits(account, slots, parameters);
    const { text, body, components } = facet.fill(template, parameters);
    const { max, unit } = facet.bodyLimit;
    const has = textSize(body, unit);
    if (has > max) throw new BeyondLimitError('template.parameters.body', account.channel, { limit: max, unit, has });
    const { category } = template;
    return { text, template: { name, language, ...(category === undefined ? {} : { category }), components } };
  }

  private async usable(account: Account, name: string, language: string): Promise<Template> {
    await this.sync.syncIfOld(account);
    const find = () => this.templates.find(account._id, name, language);
    let found = await find();
    if (found?.status !== 'APPROVED' && (await this.sync.syncUnlessLately(account))) found = await find();
    if (!found) {
      const languages = await this.templates.languagesOf(account._id, name);
      if (languages.length === 0) refuse(account, 'template.name', 'the name of one of the account’s templates');
      refuse(account, 'template.language', `one that the template has: ${languages.join(', ')}`);
    }
    if (found.status !== 'APPROVED')
      refuse(account, 'template.name', `a template that is APPROVED; this one is ${found.status}`);
    return found;
  }
}

function refuseMisfits(account: Account, slots: TemplateSlots, values: TemplateValues): void {
  const { header, body = [], named = {}, buttons = [] } = values;
  refuseCount(account, 'body', slots.body.length, body.length);
  refuseCount(account, 'buttons', slots.buttons.length, buttons.length);
  const given = Object.keys(named);
  if (slots.named.some((one) => !given.includes(one)) || given.length !== slots.named.length) {
    const names = slots.named.length > 0 ? `exactly these: ${slots.named.join(', ')}` : 'none';
    refuse(account, 'template.parameters.named', names, slots.named.length);
  }
  const isMedia = slots.header !== undefined && slots.header !== 'text';
  const headerFits = slots.header === undefined ? header === undefined : header !== undefined;
  if (!headerFits || (isMedia && !isPublicHttpsUrl(header))) {
    const what = isMedia ? `the public https address of the ${slots.header}` : 'the value of the header’s variable';
    refuse(account, 'template.parameters.header', slots.header === undefined ? 'none' : what, headerFits ? undefined : slots.header === undefined ? 0 : 1); // prettier-ignore
  }
}

function refuseCount(account: Account, field: string, wanted: number, given: number): void {
  if (wanted === given) return;
  const expected = wanted === 0 ? 'none' : `exactly ${wanted}`;
  refuse(account, `template.parameters.${field}`, `${expected}, not ${given}`, wanted);
}

/** @param limit how many values there have to be */
function refuse({ channel }: Account, field: string, expected: string, limit?: number): never {
  if (limit === undefined) throw new NotOnChannelError(field, channel, expected);
  const problem = { field, expected, channel, limit, unit: 'parameters' };
  throw new InvalidRequestError(`${field}: ${channel} takes ${expected}`, [problem]);
}
