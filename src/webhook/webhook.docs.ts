import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { ApiErrors } from '../errors/index.js';

const at = 1_700_000_000_000;

/** One for each channel, for accounts of the local stand-in. */
const deliveries = {
  instagram: {
    summary: 'Instagram: a person wrote',
    value: {
      object: 'instagram',
      entry: [
        {
          id: '17841400008460056',
          time: at,
          messaging: [
            {
              sender: { id: '1234567890123456' },
              recipient: { id: '17841400008460056' },
              timestamp: at,
              message: { mid: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZA', text: 'Are you open on Sunday?' },
            },
          ],
        },
      ],
    },
  },
  messenger: {
    summary: 'Messenger: a person wrote to a Page',
    value: {
      object: 'page',
      entry: [
        {
          id: '185151221187120',
          time: at,
          messaging: [
            {
              sender: { id: '7700000000000001' },
              recipient: { id: '185151221187120' },
              timestamp: at,
              message: { mid: 'm_EXAMPLE001', text: 'Are you open on Sunday?' },
            },
          ],
        },
      ],
    },
  },
  whatsapp: {
    summary: 'WhatsApp: a person wrote, and what became of an answer',
    value: {
      object: 'whatsapp_business_account',
      entry: [
        {
          id: '104500000000001',
          changes: [
            {
              field: 'messages',
              value: {
                messaging_product: 'whatsapp',
                metadata: { display_phone_number: '15550001234', phone_number_id: '105600000000002' },
                contacts: [{ profile: { name: 'Robin Sample' }, wa_id: '15550009876' }],
                messages: [
                  {
                    from: '15550009876',
                    id: 'wamid.EXAMPLE001',
                    timestamp: '1700000000',
                    type: 'text',
                    text: { body: 'Are you open on Sunday?' },
                  },
                ],
                statuses: [
                  { id: 'wamid.EXAMPLE002', status: 'delivered', timestamp: '1700000001', recipient_id: '15550009876' },
                ],
              },
            },
          ],
        },
      ],
    },
  },
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
    ApiBody({ schema: { type: 'object', additionalProperties: true }, examples: deliveries }),
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
