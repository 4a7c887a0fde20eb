import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ApiErrors } from '../errors/index.js';

const exampleDelivery = {
  object: 'instagram',
  entry: [
    {
      id: '17841400000000001',
      time: 1_700_000_000_000,
      messaging: [
        {
          sender: { id: '1234567890123456' },
          recipient: { id: '17841400000000001' },
          timestamp: 1_700_000_000_000,
          message: { mid: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZA', text: 'Are you open on Sunday?' },
        },
      ],
    },
  ],
};

const answers = {
  processed: { summary: 'Taken', value: { success: true, processed: 1 } },
  empty: { summary: 'Nothing in it', value: { success: true, message: 'No messaging events' } },
  foreign: { summary: 'About another product', value: { success: true, message: 'Not an Instagram event' } },
};

/** OpenAPI of the POST side. */
export const DocumentsDelivery = () =>
  applyDecorators(
    ApiOperation({
      summary: 'Meta delivers events',
      description:
        'Only Meta calls this: the body must be signed with the app secret over its raw bytes. A 200 means the ' +
        'delivery is durable; its events are stored a moment later. A 404 or 503 makes Meta deliver again.',
    }),
    ApiHeader({
      name: 'X-Hub-Signature-256',
      required: true,
      description: '`sha256=` and the HMAC-SHA256 of the raw body with the app secret, in hex.',
      schema: { type: 'string', example: `sha256=${'0'.repeat(64)}` },
    }),
    ApiBody({ schema: { type: 'object', additionalProperties: true, example: exampleDelivery } }),
    ApiResponse({
      status: 200,
      description: 'Taken. `processed` counts the messaging events in it.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['success'],
            properties: {
              success: { type: 'boolean', enum: [true] },
              processed: { type: 'integer', minimum: 0 },
              message: { type: 'string' },
            },
          },
          examples: answers,
        },
      },
    }),
    ApiErrors(400, 401, 404, 413, 503),
  );

/** OpenAPI of the GET side. */
export const DocumentsSubscription = () =>
  applyDecorators(
    ApiOperation({
      summary: 'Meta checks that this address is ours',
      description: 'Asked once, when the webhook is configured in the app dashboard.',
    }),
    ApiQuery({ name: 'hub.mode', schema: { type: 'string', enum: ['subscribe'] } }),
    ApiQuery({ name: 'hub.verify_token', description: '`META_WEBHOOK_VERIFY_TOKEN`', schema: { type: 'string' } }),
    ApiQuery({ name: 'hub.challenge', schema: { type: 'string', example: '1158201444' } }),
    ApiResponse({
      status: 200,
      description: 'The challenge, as it came.',
      content: { 'text/plain': { schema: { type: 'string' }, example: '1158201444' } },
    }),
    ApiErrors(403),
  );
