import { isObject, listIn, readFlag, readText, toId, type GraphClient } from '#libs/graph-api';
import { InvalidRequestError } from '../../errors/index.js';
import type { ChannelConnecting, ChannelIdentity, ConnectField, GivenToken } from '../connecting.port.js';
import { whereFacebookLists } from '../graph/graph-logins.js';

/** A token speaks for a whole business account: the request says which of its numbers is meant. */
export const whatsappFields: readonly ConnectField[] = [
  {
    name: 'waba_id',
    pattern: /^\d{5,30}$/,
    message: 'waba_id must be the digits of a WhatsApp business account',
    description: 'WhatsApp: id of the business account.',
    example: '104500000000001',
    isRequired: true,
  },
  {
    name: 'phone_number_id',
    pattern: /^\d{5,30}$/,
    message: 'phone_number_id must be the digits of a number’s id',
    description: 'WhatsApp: id of the number, not the number.',
    example: '105600000000002',
    isRequired: true,
  },
  {
    name: 'pin',
    pattern: /^\d{6}$/,
    message: 'pin must be six digits',
    description: 'WhatsApp: the PIN to register the number with.',
    example: '123456',
    isRequired: false,
  },
];

/** A number of a business account, connected by a system user's or business token. */
export class WhatsAppConnecting implements ChannelConnecting {
  readonly accountNoun = 'WhatsApp number';

  constructor(private readonly graph: GraphClient) {}

  whereToRemove(): string {
    return whereFacebookLists;
  }

  /**
   * Checks that the token reaches the business account and that the number belongs to it, and registers it with a PIN,
   * unless it is also used in the phone's app, where registering would end that.
   */
  async identitiesOf({ accessToken, details }: GivenToken): Promise<ChannelIdentity[]> {
    const { waba_id: wabaId = '', phone_number_id: phoneNumberId = '', pin } = details;
    const token = { login: 'facebook', accessToken } as const;
    const fields = 'id,display_phone_number,verified_name';
    const path = [wabaId, 'phone_numbers'];
    const listed = await this.graph.request(token, 'whatsapp_numbers', {
      method: 'GET',
      path,
      query: { fields, limit: '100' },
    });
    const numbers = isObject(listed) ? listIn(listed.data).filter(isObject) : [];
    if (!numbers.some(({ id }) => toId(id) === phoneNumberId))
      throw new InvalidRequestError('phone_number_id: this business account has no such number', [
        { field: 'phone_number_id', expected: 'the id of one of the business account’s numbers' },
      ]);
    const asked = {
      method: 'GET',
      path: [phoneNumberId],
      query: { fields: `${fields},is_on_biz_app,status` },
    } as const;
    const answer = await this.graph.request(token, 'whatsapp_number', asked);
    const number = isObject(answer) ? answer : {};
    const isOnPhone = readFlag(number.is_on_biz_app);
    if (pin !== undefined && !isOnPhone) {
      const json = { messaging_product: 'whatsapp', pin };
      await this.graph.request(token, 'whatsapp_register', { method: 'POST', path: [phoneNumberId, 'register'], json });
    }
    const shown = readText(number.display_phone_number) ?? phoneNumberId;
    const name = readText(number.verified_name);
    return [
      {
        platform: 'meta_whatsapp',
        login: 'facebook',
        accessToken,
        externalId: phoneNumberId,
        username: shown,
        channelData: {
          waba_id: wabaId,
          phone_number_id: phoneNumberId,
          display_phone_number: shown,
          is_on_biz_app: isOnPhone,
        },
        meta: { id: wabaId, name: name ?? shown },
        scopes: [],
      },
    ];
  }
}
