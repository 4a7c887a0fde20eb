import { buildMessage, isISO8601, ValidateBy } from 'class-validator';

/** A time as a text. ISO 8601 has more than JavaScript reads (weeks, leap seconds): what can't be read is refused. */
export const IsTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTime',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && isISO8601(value, { strict: true }) && !Number.isNaN(Date.parse(value)),
      defaultMessage: buildMessage(() => 'expected a time such as 2026-11-30T08:00:00Z'),
    },
  });
